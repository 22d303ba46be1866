"""Files that are not read, or not to their end."""

from app.kernel.errors import DomainError, Kind


class FileRefused(DomainError):
    """A file that is not read at all, or not to its end."""

    kind = Kind.INVALID
    field = "body"


class FileUnreadable(FileRefused):
    code = "kernel.file_unreadable"
    text = {
        "zh": "文件打不开:不是完好的 XLSX 工作簿({part})。请在 Excel 或 WPS 中另存为 .xlsx 后再上传。",
        "en": "The file cannot be read: it is no sound XLSX workbook ({part}). Save it again as .xlsx and upload that.",
    }


class FileOldOrLocked(FileRefused):
    code = "kernel.file_old_or_locked"
    text = {
        "zh": "这是旧版 .xls 文件或加密的工作簿。请去掉密码,另存为 .xlsx 或 CSV 后再上传。",
        "en": "This is an old .xls file or a workbook with a password. Save it, without one, as .xlsx or CSV.",
    }


class FileBomb(FileRefused):
    code = "kernel.file_bomb"
    text = {
        "zh": "文件没有打开:它解压后会过大({part})。请只保留名单所在的工作表,另存后再上传。",
        "en": "The file was not opened: it would unpack to far too much ({part}). Keep only the sheet with the list.",
    }


class FileEntities(FileRefused):
    code = "kernel.file_entities"
    text = {
        "zh": "文件没有打开:它含有 XML 文档类型声明,正常的工作簿没有这个。",
        "en": "The file was not opened: it holds an XML document type declaration, which no honest workbook has.",
    }


class EncodingUnknown(FileRefused):
    code = "kernel.encoding_unknown"
    text = {
        "zh": "认不出 CSV 的文字编码。请另存为 UTF-8 的 CSV,或上传 .xlsx。",
        "en": "The encoding of the CSV is not recognised. Save it as CSV in UTF-8, or upload the .xlsx.",
    }


class ColumnsTooMany(FileRefused):
    code = "kernel.columns_too_many"
    text = {
        "zh": "第 {line} 行太宽:最多 {columns_max} 列,每格最多 {length_max} 个字符。",
        "en": "Row {line} is too wide: {columns_max} columns and {length_max} characters a cell are allowed.",
    }

import pytest

from app.merchants import errors, terms
from app.merchants.rules import bank_files as rules
from app.merchants.rules.bank_files import BankLine, Receiver

GOOD = Receiver("6222020200012345678", "忠义餐饮有限公司", "工商银行上海分行")
HEAD = "客户流水号,结果,失败原因,银行流水号\n"


def test_a_file_is_a_head_and_a_line_for_each_payment():
    lines = [BankLine("000012-0001", GOOD, 123456), BankLine("000012-0002", GOOD, 5)]
    assert rules.write_file(lines).split("\r\n") == [
        "序号,收款账号,收款户名,收款银行,金额(元),用途,客户流水号",
        "1,6222020200012345678,忠义餐饮有限公司,工商银行上海分行,1234.56,积分结算,000012-0001",
        "2,6222020200012345678,忠义餐饮有限公司,工商银行上海分行,0.05,积分结算,000012-0002",
        "",
    ]
    assert rules.write_file(lines).encode("gbk").decode("gbk") == rules.write_file(lines)
    assert rules.reference_of(12, 3) == "000012-0003"


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"holder": "=SUM(A1)"}, "holder"),
        ({"holder": "-店"}, "holder"),
        ({"holder": "甲,乙"}, "holder"),
        ({"holder": '甲"'}, "holder"),
        ({"holder": "甲\n乙"}, "holder"),
        ({"holder": "𠮷野家"}, "holder"),  # in no code page of banks
        ({"holder": "x" * 61}, "holder"),
        ({"bank": "@行"}, "bank"),
        ({"account_no": "6222 0202"}, "account_no"),
        ({"account_no": "１２３４５６７８"}, "account_no"),
        ({}, None),
        ({"holder": "忠义餐饮（上海）有限公司·A-1店 & Co."}, None),
    ],
)
def test_what_no_bank_takes_is_named(changes, what):
    given = {"account_no": GOOD.account_no, "holder": GOOD.holder, "bank": GOOD.bank} | changes
    assert rules.unfit(Receiver(**given)) == what


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "utf-8-sig"])
def test_an_answer_is_read_in_any_code_page(encoding):
    text = f"{HEAD}000001-0001,成功,,B1\r\n\r\n000001-0002,失败,户名不符,\r\n"
    answers = rules.read_result(text.encode(encoding))
    assert [(each.line, each.reference, each.paid, each.bank_reference, each.reason) for each in answers] == [
        (2, "000001-0001", True, "B1", None),
        (4, "000001-0002", False, None, "户名不符"),
    ]


def test_an_answer_may_be_in_english_and_have_more_columns():
    text = "date,Reference,RESULT,reason,bank_reference\n2026-06-16,000001-0001,OK,,B1\n"
    assert rules.read_result(text.encode())[0].bank_reference == "B1"


@pytest.mark.parametrize(
    ("row", "where"),
    [
        ("1,成功,,B1", "2:客户流水号"),
        ("000001-0001,或许,,B1", "2:结果"),
        ("000001-0001,成功,,", "2:银行流水号"),
        ("000001-0001,成功,,B\x01", "2:银行流水号"),
        ("000001-0001,成功,," + "B" * 101, "2:银行流水号"),
        ("000001-0001,失败,,", "2:失败原因"),
        ("000001-0001", "2:结果"),
        ("000001-0001,成功,,B1\n000001-0001,成功,,B2", "3:客户流水号"),
    ],
)
def test_a_bad_row_is_named_by_line_and_column(row, where):
    with pytest.raises(errors.ResultUnreadable) as caught:
        rules.read_result(f"{HEAD}{row}\n".encode())
    assert where in caught.value.detail("zh")
    assert caught.value.params["count"] == 1


def test_many_bad_rows_are_counted_and_the_first_shown():
    with pytest.raises(errors.ResultUnreadable) as caught:
        rules.read_result((HEAD + "x,y,z\n" * 50).encode())
    assert caught.value.params["count"] == 50
    assert caught.value.detail("en").count("/reference") == terms.PROBLEMS_SHOWN


def test_what_is_no_answer_at_all():
    with pytest.raises(errors.ResultColumnMissing) as caught:
        rules.read_result("客户流水号,结果,失败原因\n".encode())
    assert "银行流水号" in caught.value.detail("zh")
    with pytest.raises(errors.ResultEmpty):
        rules.read_result(HEAD.encode())
    for content in (b'"', b"\xff\xfe\xff", b'a,"b\n'):
        with pytest.raises((errors.ResultNoCsv, errors.ResultColumnMissing)):
            rules.read_result(content)
    with pytest.raises(errors.ResultNoCsv):
        rules.read_result(b'"')
    with pytest.raises(errors.ResultTooLong):
        rules.read_result((HEAD + "000001-0001,ok,,B\n" * 1001).encode())

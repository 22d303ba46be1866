"""Names of people, made from common surnames and given names: no real person is meant."""

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧"
    "冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪戴崔任陆"
)
_GIVEN = (
    "秀英建国桂兰志强玉梅国华淑芬海燕文斌丽华永康春梅德明小芳伟民翠萍"
    "俊杰雅琴立新慧敏金凤宏伟月娥卫东晓燕家豪美玲学文素珍振华彩霞兴旺"
    "婷婷福生红霞明亮爱华子涵宝珠建平静怡长根巧云思远凤仙大伟佩芬雨桐"
)
GIVEN = tuple(_GIVEN[start : start + 2] for start in range(0, len(_GIVEN), 2))


def names(count: int) -> list[str]:
    """Give `count` different full names, always the same ones in the same order; at most surnames times given names."""
    if count > len(SURNAMES) * len(GIVEN):
        raise ValueError(f"{count} names are more than {len(SURNAMES)} surnames and {len(GIVEN)} given names make")
    # each round over the surnames starts one given name later, so neighbours differ in both halves
    return [
        SURNAMES[number % len(SURNAMES)] + GIVEN[(number + number // len(SURNAMES)) % len(GIVEN)]
        for number in range(count)
    ]

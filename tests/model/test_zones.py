from __future__ import annotations

import re

import pytest

from rili.model.zones import VERSION, known, zone


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("Asia/Shanghai", id="area and place"),
        pytest.param("America/Argentina/Buenos_Aires", id="two levels"),
        pytest.param("UTC", id="utc"),
        pytest.param("Etc/GMT+5", id="fixed offset"),
        pytest.param("Asia/Calcutta", id="old name kept as a link"),
        pytest.param("PRC", id="old name of China"),
    ],
)
def test_known(name: str) -> None:
    assert known(name)
    assert zone(name).key == name


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("", id="empty"),
        pytest.param("asia/shanghai", id="lower case"),
        pytest.param("Asia/Shanghai ", id="trailing space"),
        pytest.param("Asia/Shanghai\n", id="trailing line break"),
        pytest.param("Asia/Shanghai\0", id="NUL"),
        pytest.param("Asia", id="a folder"),
        pytest.param("Asia/", id="a folder with its slash"),
        pytest.param("/Asia/Shanghai", id="absolute"),
        pytest.param("../../etc/passwd", id="out of the folder"),
        pytest.param("../zones", id="a file beside the zones"),
        pytest.param("Asia/../Asia/Shanghai", id="around a corner"),
        pytest.param("tzdata.zi", id="a file that is no zone"),
        pytest.param("posix/Asia/Shanghai", id="posix copy"),
        pytest.param("right/Asia/Shanghai", id="copy with leap seconds"),
        pytest.param("posixrules", id="posixrules"),
        pytest.param("localtime", id="the machine's own"),
        pytest.param("UTC+8", id="offset"),
        pytest.param("+08:00", id="bare offset"),
        pytest.param("China Standard Time", id="Windows name"),
        pytest.param("Asia/\ud800", id="lone surrogate"),
        pytest.param("Asia/Shanghai" * 1000, id="long"),
    ],
)
def test_unknown(name: str) -> None:
    assert not known(name)
    with pytest.raises(KeyError):
        zone(name)


def test_the_version_of_the_data_is_known() -> None:
    assert re.fullmatch(r"20\d\d[a-z]+", VERSION)

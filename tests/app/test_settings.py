"""Settings: what wins, what is refused, what is shown."""

import json
from pathlib import Path

import pytest

from philomel.app.refusal import Exit, Refusal
from philomel.app.settings import Settings, load
from philomel.app.settings.table import every_setting
from philomel.services.catalog.contract import Settings as CatalogSettings


def _load(data: Path, **environment: str) -> Settings:
    return load({"data": str(data)}, environment)


def _source(settings: Settings, name: str) -> str:
    return next(each.source for each in settings if each.setting.name == name)


def test_the_default_is_below_the_file_below_the_environment_below_flags(tmp_path: Path) -> None:
    assert _load(tmp_path).number("port") == 4040
    (tmp_path / "philomel.toml").write_text("port = 5001\n")
    settings = _load(tmp_path)
    assert settings.number("port") == 5001
    assert _source(settings, "port") == str(tmp_path / "philomel.toml")
    assert _load(tmp_path, PHILOMEL_PORT="5002").number("port") == 5002
    above = load({"data": str(tmp_path), "port": 5003}, {"PHILOMEL_PORT": "5002"})
    assert above.number("port") == 5003


def test_the_data_folder_comes_from_the_environment_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load({}, {"PHILOMEL_DATA": str(tmp_path)}).data == tmp_path
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert load({}, {}).data == tmp_path / "philomel"


def test_a_named_file_is_read_instead(tmp_path: Path) -> None:
    other = tmp_path / "other folder.toml"
    other.write_text('[catalog]\narticles = ["Le"]\n')
    settings = _load(tmp_path, PHILOMEL_CONFIG=str(other))
    assert settings.of("catalog", CatalogSettings).articles == ("Le",)
    with pytest.raises(Refusal, match="does not exist"):
        _load(tmp_path, PHILOMEL_CONFIG=str(tmp_path / "none.toml"))


@pytest.mark.parametrize(
    ("text", "articles"), [("Le,La", ("Le", "La")), ('["Le, the", "La "]', ("Le, the", "La "))]
)
def test_a_service_gets_its_section(tmp_path: Path, text: str, articles: tuple[str, ...]) -> None:
    settings = _load(tmp_path, PHILOMEL_CATALOG_ARTICLES=text)
    assert settings.of("catalog", CatalogSettings).articles == articles
    assert settings.of("catalog", CatalogSettings).artist_exceptions == ("AC/DC",)


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"PHILOMEL_PROT": "1"}, "did you mean PHILOMEL_PORT"),
        ({"PHILOMEL_XYZZY": "1"}, "philomel config"),
        ({"PHILOMEL_PORT": "many"}, "a whole number"),
        ({"PHILOMEL_PORT": "70000"}, "1 to 65535"),
        ({"PHILOMEL_MEDIA_MAX_ENCODES": "0"}, "max_encodes must be at least 1"),
        ({"PHILOMEL_MEDIA_MAX_TRANSCODES": "-3"}, "max_transcodes must be at least 1"),
        ({"PHILOMEL_MEDIA_CACHE_BYTES": "-1"}, "cache_bytes must be at least 0"),
        ({"PHILOMEL_S3_SPOOL_MB": "0"}, "at least 1"),
        ({"PHILOMEL_ROLE": "king"}, "one of all, gateway, media, core"),
        ({"PHILOMEL_BASE_URL": "music"}, "looks like https://"),
        ({"PHILOMEL_BASE_URL": "https://example.org/a b"}, "looks like https://"),
        ({"PHILOMEL_BASE_URL": "https://example.org/../music"}, "looks like https://"),
        ({"PHILOMEL_BASE_URL": "https://example.org/%6dusic"}, "looks like https://"),
        ({"PHILOMEL_BASE_URL": "https://anna@example.org"}, "looks like https://"),
        ({"PHILOMEL_BASE_URL": "https://example.org:port"}, "looks like https://"),
        ({"PHILOMEL_TRUSTED_PROXIES": "proxy.example.org"}, "addresses and networks"),
        ({"PHILOMEL_PROXY_HEADERS": "via"}, "one of x-forwarded, forwarded"),
        ({"PHILOMEL_TLS_CERT": "chain.pem"}, "belong together"),
        ({"PHILOMEL_MEDIA_ACCEL_REDIRECT": "/srv/music"}, "/prefix/=/library/folder"),
        ({"PHILOMEL_CATALOG_ARTICLES": "[1]"}, "a list of texts"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, environment: dict[str, str], says: str) -> None:
    with pytest.raises(Refusal, match=says) as refused:
        _load(tmp_path, **environment)
    assert refused.value.status is Exit.USAGE


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("prot = 1", "did you mean port"),
        ("[catalog]\nartcles = []", "did you mean catalog.articles"),
        ('port = "4040"', "a whole number"),
        ("port = true", "a whole number"),
        ("[catalog]\narticles = [1]", "a list of texts"),
        ("data = '/elsewhere'", "no setting"),
        ("port = ", "not TOML"),
    ],
)
def test_a_file_that_cannot_be_is_refused(tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "philomel.toml").write_text(content)
    with pytest.raises(Refusal, match=says):
        _load(tmp_path)


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    settings = _load(
        tmp_path,
        PHILOMEL_S3_SECRET_KEY="hunter2",
        PHILOMEL_DATABASE="postgresql://anna:hunter2@host/name",
        PHILOMEL_KEYS='{"keys": "hunter2"}',
    )
    shown = json.dumps({each.setting.name: each.shown() for each in settings})
    assert "hunter2" not in shown
    assert "postgresql://anna:********@host/name" in shown


def test_a_wrong_secret_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        _load(tmp_path, PHILOMEL_DATABASE="oracle://anna:hunter2@host/name", PHILOMEL_PORT="x")
    assert "hunter2" not in refused.value.message


def test_every_setting_says_what_it_means() -> None:
    table = every_setting()
    assert [each.name for each in table if not each.meaning] == []
    assert len({each.variable for each in table}) == len(table)

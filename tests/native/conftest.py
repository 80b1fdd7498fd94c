"""Programs of the tests are compiled without optimisation, into a cache of their own."""

import os

import pytest


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory, request):
    before = {name: os.environ.get(name) for name in ("CPSAD_CACHE_DIR", "CPSAD_CFLAGS", "CPSAD_SANITIZE")}
    if request.config.getoption("--sanitize"):
        os.environ["CPSAD_SANITIZE"] = request.config.getoption("--sanitize")
    os.environ["CPSAD_CACHE_DIR"] = str(tmp_path_factory.mktemp("cache"))
    os.environ.setdefault("CPSAD_CFLAGS", "-O0")
    yield
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value

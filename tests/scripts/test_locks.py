"""The lock files hold what pyproject.toml asks for, hash-checked, and nothing of torch."""

from __future__ import annotations

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.model_fixtures import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NAMES = ["requirements.lock", "requirements-lean.lock", "requirements-test.lock"]


def entries(name):
    """The requirement of each entry of a lock file, with its hashes."""
    text = re.sub(r"^#.*\n", "", (ROOT / name).read_text(encoding="utf-8"), flags=re.M)
    for entry in re.split(r"^(?=[A-Za-z0-9])", text, flags=re.M):
        if entry.strip():
            requirement, *hashes = re.split(r"\s*\\?\s*--hash=", entry.strip())
            yield Requirement(requirement.rstrip(" \\")), hashes


def versions(name):
    found = {}
    for requirement, _ in entries(name):
        (pin,) = requirement.specifier
        assert pin.operator == "=="
        found.setdefault(canonicalize_name(requirement.name), set()).add(pin.version)
    return found


def wanted(lean=False):
    asked = [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"]]
    requirements = [Requirement(each) for each in asked]
    left_out = {"sentence-transformers", "onnxscript", "ir-measures"} if lean else set()
    return [each for each in requirements if canonicalize_name(each.name) not in left_out]


def assert_locked(requirements, *names):
    locked = {}
    for name in names:
        for package, found in versions(name).items():
            locked.setdefault(package, set()).update(found)
    for requirement in requirements:
        found = locked.get(canonicalize_name(requirement.name))
        assert found, f"{requirement} is not locked: run ./scripts/lock"
        for version in found:
            assert version in requirement.specifier, f"{requirement}: run ./scripts/lock"


def test_everything_that_the_project_asks_for_is_locked():
    assert_locked(wanted(), "requirements.lock")
    assert_locked(wanted(lean=True), "requirements-lean.lock")


def test_everything_that_the_tests_ask_for_is_locked():
    asked = PROJECT["dependency-groups"]["test"]
    assert_locked([Requirement(each) for each in asked], *NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_entry_has_hashes_and_no_address(name):
    for requirement, hashes in entries(name):
        assert requirement.url is None
        assert hashes
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", each) for each in hashes)
    assert "://" not in (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_torch_and_what_only_some_of_its_builds_need_are_left_out(name):
    pattern = re.compile(r"torch|triton|nvidia.*|cuda.*")
    assert [package for package in versions(name) if pattern.fullmatch(package)] == []


def test_a_lean_installation_leaves_the_heavy_packages_out():
    heavy = {"sentence-transformers", "transformers", "scikit-learn", "onnxscript", "torch"}
    assert heavy & versions("requirements-lean.lock").keys() == set()
    assert versions("requirements-lean.lock").items() <= versions("requirements.lock").items()


def test_the_tests_packages_have_the_versions_of_the_others():
    main, test = versions("requirements.lock"), versions("requirements-test.lock")
    assert {name: main[name] for name in main.keys() & test.keys()} == {
        name: test[name] for name in main.keys() & test.keys()
    }


def test_set_up_and_resolver_name_the_same_torch(load_script):
    assert load_script("prepare.py").TORCH == load_script("lock").TORCH == "torch==2.13.0"


def test_the_resolver_leaves_out_whole_entries(load_script):
    lock = (
        "# made by somebody\n"
        "tokenizers==1 \\\n    --hash=sha256:a\n"
        "torch==2 \\\n    --hash=sha256:b\n"
        "nvidia-cublas==3 ; sys_platform == 'linux' \\\n    --hash=sha256:c\n"
        "torchless==4 \\\n    --hash=sha256:d\n"
    )
    assert load_script("lock").without_torch(lock) == (
        "tokenizers==1 \\\n    --hash=sha256:a\ntorchless==4 \\\n    --hash=sha256:d\n"
    )

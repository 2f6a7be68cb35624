"""``swanlab verify``, ``swanlab ping`` and the commands that choose the mode."""

from __future__ import annotations

import json
import socket
import threading
from pathlib import Path

import pytest

import swanlab
from swanlab import settingsfile
from swanlab.credentials import Login, remember
from swanlab.errors import ConfigFileError


def test_verify_says_who_you_are(lab, invoke):
    remember(Login(lab.host, lab.api_key, "admin"))
    assert invoke("verify").output == f"You are admin at {lab.host}.\n"
    found = json.loads(invoke("verify", "--json").output)
    assert found == {"host": lab.host, "username": "admin"}


def test_verify_fails_with_a_key_that_does_not_work(lab, invoke):
    assert invoke("verify").exit_code == 1
    remember(Login(lab.host, "x" * 21, "admin"))
    done = invoke("verify")
    assert (done.exit_code, done.output.startswith(f"swanlab: {lab.host}")) == (1, True)


def test_ping_finds_all_well_and_shows_no_secret(lab, invoke, monkeypatch):
    monkeypatch.setenv("SWANLAB_API_KEY", lab.api_key)
    monkeypatch.setenv("SWANLAB_API_HOST", lab.host)
    monkeypatch.setenv("HTTPS_PROXY", "http://me:secret@proxy:1")
    done = invoke("ping", "--json")
    found = json.loads(done.stdout)
    assert (done.exit_code, found["diagnosis"]) == (0, "All is well.")
    assert found["server"] == f"{swanlab.__version__} (server)"
    assert (found["username"], found["key"]) == ("admin", "configured")
    assert found["environment"] == ["SWANLAB_API_HOST", "SWANLAB_API_KEY", "SWANLAB_SAVE_DIR"]
    assert found["proxies"] == ["HTTPS_PROXY"]
    assert found["latency_ms"] > 0
    text = invoke("ping").output
    assert lab.api_key not in text + done.stdout
    assert "secret" not in text + done.stdout


def test_ping_says_what_is_wrong(lab, invoke):
    def diagnosis(*args):
        done = invoke("ping", "--json", *args)
        assert done.exit_code == 1
        return json.loads(done.stdout)["diagnosis"]

    assert diagnosis() == "No server is known. Run: swanlab login"
    assert "cannot be reached" in diagnosis("-h", "http://127.0.0.1:9")
    assert "you are not logged in to it:" in diagnosis("-h", lab.host)
    assert "Invalid host" in diagnosis("-h", "not a host")
    remember(Login(lab.host, "x" * 21, None))
    assert "Sign in" in diagnosis("-h", lab.host)


def test_ping_knows_a_server_that_is_not_ours(invoke):
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            for _ in range(3):
                connection, _ = listening.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        host = f"http://127.0.0.1:{listening.getsockname()[1]}"
        done = invoke("ping", "--json", "-h", host)
        thread.join()
    assert json.loads(done.stdout)["diagnosis"] == f"{host} is no swanlab server."


@pytest.mark.parametrize("mode", ["online", "offline", "local", "disabled"])
def test_a_mode_is_written_into_the_settings_file(invoke, mode):
    file = settingsfile.write("logdir", "runs")
    done = invoke(mode)
    assert done.exit_code == 0
    assert str(file) in done.output
    assert file.read_text() == f"logdir: runs\nmode: {mode}\n"
    assert settingsfile.read() == {"logdir": "runs", "mode": mode}


def test_the_file_of_the_folder_wins(invoke):
    invoke("online")
    assert invoke("local", "--local").exit_code == 0
    assert Path(".swanlab/config.yaml").read_text() == "mode: local\n"
    assert settingsfile.read() == {"mode": "local"}


def test_a_settings_file_that_cannot_be_read_is_kept(invoke):
    file = settingsfile.paths()[0]
    file.parent.mkdir(parents=True)
    for text in ("- a list", "{", "\xff"):
        file.write_bytes(text.encode("latin-1"))
        with pytest.raises(ConfigFileError):
            settingsfile.read()
        assert invoke("offline").exit_code == 1
        assert file.read_bytes() == text.encode("latin-1")
    assert json.loads(invoke("ping", "--json").stdout)["mode"].startswith(str(file))
    file.write_text("")
    assert settingsfile.read() == {}

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import redis

from cli import data_directory
from cli.data_directory import DataDirectoryLockedError, DiskFullError
from cli.embedded_redis import EmbeddedRedis, RedisStartError

PARENT = """
import sys, time
from pathlib import Path
from cli.embedded_redis import EmbeddedRedis
EmbeddedRedis(Path(sys.argv[1])).start()
print("started", flush=True)
time.sleep(60)
"""


def client(server: EmbeddedRedis) -> redis.Redis:
    return redis.Redis.from_url(server.url, retry=None)


def server_pid(data_dir: Path) -> int:
    return int((data_dir / "redis.pid").read_text())


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


def assert_is_unlocked(data_dir: Path) -> None:
    server = EmbeddedRedis(data_dir, lock_timeout=0)
    server.open()
    server.close()


def test_it_is_durable_private_and_drops_nothing(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path / "data") as server, client(server) as connection:
        assert connection.info("persistence")["aof_enabled"] == 1
        assert connection.config_get("appendfsync") == {"appendfsync": "always"}
        assert connection.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert connection.config_get("port") == {"port": "0"}
        assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
        assert (tmp_path / "data" / "redis.sock").stat().st_mode & 0o077 == 0


def test_no_acknowledged_write_is_lost_when_it_is_killed(tmp_path: Path) -> None:
    server = EmbeddedRedis(tmp_path)
    server.start()
    acknowledged: list[str] = []
    enough = threading.Event()

    def write(writer: int) -> None:
        with client(server) as connection:
            for number in range(100_000):
                try:
                    connection.set(f"{writer}:{number}", "x" * 400)
                except redis.RedisError:
                    return
                acknowledged.append(f"{writer}:{number}")
                if len(acknowledged) > 300:
                    enough.set()

    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
    for writer in writers:
        writer.start()
    assert enough.wait(20)
    server.kill()
    for writer in writers:
        writer.join()
    server.stop()
    with EmbeddedRedis(tmp_path) as restarted, client(restarted) as connection:
        assert connection.exists(*acknowledged) == len(acknowledged)


def test_a_second_server_on_the_same_directory_is_refused_by_process_id(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path) as first:
        pid = server_pid(tmp_path)
        with pytest.raises(DataDirectoryLockedError, match=f"{tmp_path} is in use by .* process id {pid}$"):
            EmbeddedRedis(tmp_path, lock_timeout=0).start()
        assert first.answers()


def test_the_lock_outlives_a_parent_whose_server_still_runs(tmp_path: Path) -> None:
    server = EmbeddedRedis(tmp_path)
    server.start()
    os.close(*server.inherited_fds)  # what the kernel does with the files of a killed parent
    server.inherited_fds = ()
    try:
        with pytest.raises(DataDirectoryLockedError):
            EmbeddedRedis(tmp_path, lock_timeout=0).start()
    finally:
        server.stop()
    with EmbeddedRedis(tmp_path):
        pass


def test_stop_leaves_no_process_and_no_socket(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path) as server:
        pid = server_pid(tmp_path)
        assert is_running(pid)
    assert not is_running(pid)
    assert not (tmp_path / "redis.sock").exists()
    assert not server.answers()


def test_a_path_too_long_for_a_socket_gets_a_short_one_that_is_removed_again(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path / ("long" * 25)) as server:
        assert server.answers()
        folder = Path(server.url.removeprefix("unix://")).parent
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process at its parent's death")
def test_it_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"started\n"
        pid = server_pid(tmp_path)
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 5
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not is_running(pid)


def test_data_it_cannot_read_ends_the_start_with_its_last_words(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path) as server, client(server) as connection:
        connection.set("key", "value")
    (tmp_path / "appendonlydir" / "appendonly.aof.1.incr.aof").write_bytes(b"*1\r\nthis is no append-only file\r\n" * 9)
    with pytest.raises(RedisStartError, match=r"^Redis ended; its last words: .*(AOF|append only).*"):
        EmbeddedRedis(tmp_path).start()
    assert_is_unlocked(tmp_path)


def test_a_full_disk_is_said_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = data_directory.shutil.disk_usage(tmp_path)._replace(free=1_000_000)
    monkeypatch.setattr(data_directory.shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(DiskFullError, match="the disk is full"):
        EmbeddedRedis(tmp_path).start()
    monkeypatch.undo()
    assert_is_unlocked(tmp_path)

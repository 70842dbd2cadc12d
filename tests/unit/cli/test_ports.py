import socket

import pytest

from cli.ports import PortTakenError, ensure_free, free_ports


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_taken_port_is_one_line_that_names_port_and_setting(host: str) -> None:
    with socket.create_server((host, 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTakenError, match=f"^port {port} is taken: .* set HTTP_PORT to another$"):
            ensure_free(port, "HTTP_PORT")


def test_a_port_that_a_server_shares_is_taken_too() -> None:
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as other, pytest.raises(PortTakenError):
        ensure_free(other.getsockname()[1], "GRPC_PORT")


def test_free_ports_are_free_and_all_different() -> None:
    ports = free_ports(20)
    assert len(set(ports)) == 20
    for port in ports:
        ensure_free(port, "HTTP_PORT")

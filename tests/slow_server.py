"""A server in a thread that takes what it is asked, and never ends its answer."""

import contextlib
import socketserver
import threading

POLL_SECONDS = 0.01


class SlowServer:
    """`says` is said at once, `drips` every `pause` seconds; `greets`: before it is asked."""

    def __init__(self, says=b"", *, drips=b"", pause=0.02, greets=False):
        self.asked = threading.Semaphore(0)
        self.count = 0
        self.ending = threading.Event()
        slow = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                if not greets:
                    self.request.recv(65536)
                slow.count += 1
                slow.asked.release()
                with contextlib.suppress(OSError):
                    self.request.sendall(says)
                    while not slow.ending.wait(pause):
                        self.request.sendall(drips)

        socketserver.ThreadingTCPServer.daemon_threads = True
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(POLL_SECONDS,))
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def stop(self):
        self.ending.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@contextlib.contextmanager
def slow_server(says=b"", **options):
    server = SlowServer(says, **options)
    try:
        yield server
    finally:
        server.stop()

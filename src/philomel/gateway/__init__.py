"""The public doors: each turns one public protocol into calls of contracts.

A door is a folder here. It offers

    PREFIXES: tuple[str, ...]            the paths it answers, such as ("/rest",)
    class Deps                           a frozen dataclass, filled by type
    def routes(deps: Deps) -> Sequence[ControllerRouterHandler]
    def error_response(request: Request, error: PhilomelError) -> Response

and keeps nothing itself: sessions, codes and lock-outs live in accounts, counters
behind the cache port, bytes behind the blobs port. A door that has no `error_response`
of its own refuses in plain JSON. It may offer besides

    def route_of(path: str) -> str       what a path is counted and logged as
    def is_free(path: str) -> bool       whether it is answered however much is going on
"""

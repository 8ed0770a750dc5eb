"""A person's own pages: profile, security, players, programs, sessions."""

from collections.abc import Sequence

from litestar.handlers import HTTPRouteHandler

from philomel.gateway.site.account.developing import Developing
from philomel.gateway.site.account.players import Players
from philomel.gateway.site.account.profile import Profile
from philomel.gateway.site.account.programs import Programs
from philomel.gateway.site.account.security import Security
from philomel.gateway.site.desk import Desk


def routes(desk: Desk) -> Sequence[HTTPRouteHandler]:
    parts = (Profile(desk), Security(desk), Players(desk), Programs(desk), Developing(desk))
    return [route for part in parts for route in part.routes()]

"""What listeners keep and play, who they are, and addresses: in memory, beside the shelf."""

import asyncio
import hashlib

import msgspec
from tests.gateway.shelf import ALICE, BOB, Shelf, id_of, start_of

from philomel.kernel.caller import Caller, CallerKind, current
from philomel.services.accounts import contract as accounts
from philomel.services.media import contract as media
from philomel.services.playlists import contract as playlists
from philomel.services.plays import contract as plays


class Keeper:
    """Implements likes, ratings and plays, for every caller apart."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self.marks: dict[tuple[str, str], dict[str, playlists.Mark]] = {}
        self.plays: dict[str, list[plays.Play]] = {}
        self._playing: dict[str, plays.NowPlaying] = {}
        self.calls: list[str] = []

    def _kept(self, kind: playlists.ItemKind, scope: str) -> dict[str, playlists.Mark]:
        caller = current().caller
        self.calls.append(scope)
        if kind in {playlists.ItemKind.ARTIST, playlists.ItemKind.USER}:
            scope = scope.replace("library", "follow")
        caller.require_scope(f"user-{scope}")
        return self.marks.setdefault((caller.require_user(), kind), {})

    async def save(self, request: playlists.Save, /) -> None:
        kept = self._kept(request.kind, "library-modify")
        seen = {item.id for item in self._shelf.seen_tracks()}
        seen |= {item.id for item in self._shelf.seen_albums()}
        seen |= {item.id for item in self._shelf.seen_artists()}
        seen |= {ALICE, BOB}
        for id_ in request.ids:
            if id_ in seen:
                old = kept.get(id_, playlists.Mark(id_))
                kept[id_] = playlists.Mark(id_, old.saved_at or 1_700_000_000_000, old.rating)

    async def get_playlist(self, request: playlists.GetPlaylist, /) -> playlists.Playlist:
        raise playlists.PlaylistNotFound(f"there is no playlist {request.playlist_id}")

    async def get_playlist_covers(
        self, _request: playlists.GetPlaylistCovers, /
    ) -> playlists.PlaylistCovers:
        return playlists.PlaylistCovers(())

    async def unsave(self, request: playlists.Unsave, /) -> None:
        kept = self._kept(request.kind, "library-modify")
        for id_ in request.ids:
            if id_ in kept:
                kept[id_] = playlists.Mark(id_, None, kept[id_].rating)

    async def rate(self, request: playlists.Rate, /) -> None:
        kept = self._kept(request.kind, "library-modify")
        old = kept.get(request.id, playlists.Mark(request.id))
        kept[request.id] = playlists.Mark(request.id, old.saved_at, request.rating or None)

    async def get_marks(self, request: playlists.GetMarks, /) -> playlists.Marks:
        kept = self._kept(request.kind, "library-read")
        return playlists.Marks(tuple(kept[id_] for id_ in request.ids if id_ in kept))

    async def count_followers(
        self, request: playlists.CountFollowers, /
    ) -> playlists.FollowerCounts:
        counts = dict.fromkeys(request.ids, 0)
        for (_, kind), kept in self.marks.items():
            for mark in kept.values() if kind is request.kind else ():
                if mark.id in counts and mark.saved_at is not None:
                    counts[mark.id] += 1
        return playlists.FollowerCounts(
            tuple(playlists.FollowerCount(id_, count) for id_, count in counts.items() if count)
        )

    async def list_saved(self, request: playlists.ListSaved, /) -> playlists.SavedPage:
        kept = self._kept(request.kind, "library-read")
        found = [mark for mark in kept.values() if mark.saved_at is not None]
        start = start_of(request.limit, request.offset, request.cursor)
        end = start + request.limit
        next_ = str(end) if end < len(found) else None
        return playlists.SavedPage(tuple(found[start:end]), len(found), next_)

    async def list_rated(self, request: playlists.ListRated, /) -> playlists.SavedPage:
        kept = self._kept(request.kind, "library-read")
        found = sorted(
            (mark for mark in kept.values() if mark.rating), key=lambda mark: -(mark.rating or 0)
        )
        end = request.offset + request.limit
        return playlists.SavedPage(tuple(found[request.offset : end]), len(found))

    async def record_plays(self, request: plays.RecordPlays, /) -> None:
        self.plays.setdefault(current().caller.require_user(), []).extend(request.items)

    async def set_now_playing(self, request: plays.SetNowPlaying, /) -> None:
        user = current().caller.require_user()
        playing = plays.NowPlaying(user, request.track_id, 1_700_000_000_000, request.player)
        self._playing[user] = playing

    async def list_now_playing(self, _request: plays.ListNowPlaying, /) -> plays.NowPlayingList:
        caller = current().caller
        return plays.NowPlayingList(
            tuple(
                item
                for user, item in self._playing.items()
                if caller.admin or user == caller.user_id
            )
        )

    def _counts(self, kind: plays.PlayedKind, since: int = 0) -> dict[str, plays.PlayCount]:
        found: dict[str, plays.PlayCount] = {}
        for play in self.plays.get(current().caller.require_user(), []):
            if play.played_at < since:
                continue
            track = self._shelf.tracks[play.track_id]
            id_ = {
                plays.PlayedKind.TRACK: track.id,
                plays.PlayedKind.ALBUM: track.album.id if track.album else "",
                plays.PlayedKind.ARTIST: track.credits[0].artist.id,
            }[kind]
            count = found[id_].count if id_ in found else 0
            found[id_] = plays.PlayCount(id_, count + 1, play.played_at)
        return found

    async def get_play_counts(self, request: plays.GetPlayCounts, /) -> plays.PlayCounts:
        counts = self._counts(request.kind)
        return plays.PlayCounts(tuple(counts[id_] for id_ in request.ids if id_ in counts))

    async def list_played(self, request: plays.ListPlayed, /) -> plays.PlayedPage:
        known = self._counts(request.kind, request.since or 0)
        counts = sorted(known.values(), key=lambda count: -count.count)
        end = request.offset + request.limit
        return plays.PlayedPage(tuple(counts[request.offset : end]), len(counts))

    async def list_history(self, request: plays.ListHistory, /) -> plays.HistoryPage:
        current().caller.require_scope("user-read-recently-played")
        listed = sorted(
            self.plays.get(current().caller.require_user(), []), key=lambda play: -play.played_at
        )
        before = request.before or 2**62
        found = [play for play in listed if play.played_at < before]
        if request.after is not None:
            found = [play for play in listed if play.played_at > request.after][-request.limit :]
        return plays.HistoryPage(tuple(found[: request.limit]))


class Signer:
    """Implements the signing half of media: addresses that say what they are for."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    async def sign_stream(self, request: media.SignStream, /) -> media.SignedUrl:
        self.calls.append("sign_stream")
        user = current().caller.require_user()
        what = f"{request.format}-{request.bitrate}-{request.offset_ms}"
        return media.SignedUrl(f"/media/stream/{request.asset_id}/{what}?sig={user}", 0)

    async def get_waveform(self, request: media.GetWaveform, /) -> media.Waveform:
        current().caller.require_known()
        return media.Waveform(b"\xff\x40\x80\x20", 200_001)

    async def get_assets(self, request: media.GetAssets, /) -> media.Assets:
        gapless = media.Gapless(44_100, 44_100, 0, 0)
        return media.Assets(
            tuple(
                media.Asset(id_, 1, "flac", "flac", 1000, "audio/flac", "flac", gapless=gapless)
                for id_ in request.ids
            )
        )

    async def get_playback(self, request: media.GetPlayback, /) -> media.Playback:
        self.calls.append("get_playback")
        user = current().caller.require_user()
        above, query = f"/media/hls/{request.asset_id}", f"sig={user}"
        original = f"/media/stream/{request.asset_id}?{query}"
        return media.Playback(
            asset_id=request.asset_id,
            duration_ms=1000,
            expires_at=1,
            hls=f"{above}/master.m3u8?{query}",
            hls_aac=f"{above}/aac.m3u8?{query}",
            hls_opus=f"{above}/opus.m3u8?{query}",
            files=(
                media.PlaybackFile("original", original, "audio/flac", "flac", 900),
                *(
                    media.PlaybackFile(f"aac-{rate}", above, "", "aac", rate, adaptive=True)
                    for rate in (96, 160, 256)
                ),
            ),
        )

    async def sign_covers(self, request: media.SignCovers, /) -> media.SignedUrls:
        self.calls.append("sign_covers")
        assert len(request.keys) <= 500
        return media.SignedUrls(
            tuple(media.SignedUrl(f"/media/cover/{key}?sig=day", 0) for key in request.keys)
        )


class People:
    """Implements proof of who calls: tokens by name, app passwords beside account ones."""

    def __init__(self) -> None:
        self.tokens: dict[str, Caller] = {}
        self.tries = 0
        self.passwords: dict[str, str] = {}
        self.users = {
            "alice": accounts.User(ALICE, "Alice", accounts.Role.ADMIN, 0),
            "bob": accounts.User(BOB, "bob", accounts.Role.LISTENER, 0),
        }

    def token(self, user_id: str | None, *scopes: str, admin: bool = False) -> str:
        kind = CallerKind.APP if user_id is None else CallerKind.USER
        names = {ALICE: "Alice", BOB: "bob"}
        name = names.get(user_id or "", "program")
        token = f"token-{len(self.tokens)}"
        self.tokens[token] = Caller(kind, user_id, name, admin, scopes or ("*",))
        return token

    async def authenticate(self, request: accounts.Authenticate, /) -> accounts.Authenticated:
        caller = self.tokens.get(request.token)
        if caller is None:
            raise accounts.BadCredentials("Invalid access token")
        return accounts.Authenticated(caller)

    async def authenticate_player(
        self, request: accounts.AuthenticatePlayer, /
    ) -> accounts.Authenticated:
        await asyncio.sleep(0)
        self.tries += 1
        if self.tries > 1_000:
            raise accounts.TooManyTries("too many tries", retry_after=30)
        users = self.users
        user: accounts.User | None
        if request.api_key is not None:
            user = users.get(request.api_key.removeprefix("key-of-"))
            good = user is not None
        else:
            user = users.get((request.name or "").casefold())
            app_password = f"app-{user.name.lower()}" if user else ""
            if request.token is not None:
                digest = hashlib.md5(f"{app_password}{request.salt}".encode()).hexdigest()
                good = user is not None and request.token == digest
            else:
                good = user is not None and request.password == app_password
        if user is None or not good:
            raise accounts.BadCredentials("wrong")
        admin = user.role is accounts.Role.ADMIN
        caller = Caller(CallerKind.USER, user.id, user.name, admin, ("*",))
        return accounts.Authenticated(caller, user)

    async def get_profiles(self, request: accounts.GetProfiles, /) -> accounts.Profiles:
        current().caller.require_known()
        names = {ALICE: "Alice", BOB: "bob"}
        return accounts.Profiles(
            tuple(accounts.Profile(id_, names[id_]) for id_ in request.ids if id_ in names)
        )

    async def list_users(self, _request: accounts.ListUsers, /) -> accounts.Users:
        current().caller.require_admin()
        return accounts.Users(tuple(self.users.values()))

    async def get_user(self, request: accounts.GetUser, /) -> accounts.User:
        found = [user for user in self.users.values() if user.id == request.user_id]
        if not found:
            raise accounts.UserNotFound("no such user")
        return found[0]

    async def find_user(self, request: accounts.FindUser, /) -> accounts.User:
        for user in (await self.list_users(accounts.ListUsers())).items:
            if user.name.casefold() == request.name.casefold():
                return user
        raise accounts.UserNotFound("no such user")

    async def create_user(self, request: accounts.CreateUser, /) -> accounts.User:
        current().caller.require_admin()
        user = accounts.User(id_of(f"user {request.name}"), request.name, request.role, 0)
        self.users[request.name.casefold()] = user
        self.passwords[request.name] = request.password
        return user

    async def set_password(self, request: accounts.SetPassword, /) -> accounts.User:
        current().caller.require_admin()
        user = next(user for user in self.users.values() if user.id == request.user_id)
        self.passwords[user.name] = request.password
        return user

    async def remove_user(self, request: accounts.RemoveUser, /) -> None:
        current().caller.require_admin()
        self.users = {name: one for name, one in self.users.items() if one.id != request.user_id}

    def promote(self, name: str) -> None:
        self.users[name] = msgspec.structs.replace(self.users[name], role=accounts.Role.ADMIN)

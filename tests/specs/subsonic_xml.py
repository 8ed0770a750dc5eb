"""Holds XML answers against what the protocol says of its elements, as of version 1.16.1.

Written from the facts of its XML schema: for each type its attributes, those that must be there
with an exclamation mark, and its child elements in their order. OpenSubsonic adds to most
types: what is not named here may stand anywhere, in the same namespace.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

XMLNS = "{http://subsonic.org/restapi}"

_LEXICAL: Mapping[str, str] = {
    "string": r"(?s).*",
    "int": r"-?\d{1,10}",
    "long": r"-?\d{1,19}",
    "double": r"-?\d+(\.\d+)?",
    "boolean": r"true|false",
    "dateTime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z",
    "rating": r"[1-5]",
    "media": r"music|podcast|audiobook|video",
}
_ARTIST = "id:string! name:string! artistImageUrl:string starred:dateTime"
_CHILD = (
    "id:string! parent:string isDir:boolean! title:string! album:string artist:string track:int"
    " year:int genre:string coverArt:string size:long contentType:string suffix:string"
    " transcodedContentType:string transcodedSuffix:string duration:int bitRate:int path:string"
    " isVideo:boolean userRating:rating averageRating:double playCount:long discNumber:int"
    " created:dateTime starred:dateTime albumId:string artistId:string type:media"
    " bookmarkPosition:long originalWidth:int originalHeight:int"
)
_ALBUM = (
    "id:string! name:string! artist:string artistId:string coverArt:string songCount:int!"
    " duration:int! playCount:long created:dateTime! starred:dateTime year:int genre:string"
)
_ARTIST_ID3 = f"{_ARTIST} coverArt:string albumCount:int!"
_PLAYLIST = (
    "id:string! name:string! comment:string owner:string public:boolean songCount:int!"
    " duration:int! created:dateTime! changed:dateTime! coverArt:string"
)
_QUEUE = "position:long username:string! changed:dateTime! changedBy:string!"
_ROLES = " ".join(
    f"{name}Role:boolean!"
    for name in (
        "admin", "settings", "download", "upload", "playlist", "coverArt", "comment", "podcast",
        "stream", "jukebox", "share", "videoConversion",
    )
)  # fmt: skip
_LINKS = "musicBrainzId:text lastFmUrl:text smallImageUrl:text mediumImageUrl:text"
_RESULTS = "artist:{} album:{} song:Child"
_TYPES: Mapping[str, tuple[str, str]] = {
    "text": ("", ""),
    "MusicFolders": ("", "musicFolder:MusicFolder"),
    "MusicFolder": ("id:int! name:string", ""),
    "Indexes": ("lastModified:long! ignoredArticles:string!",
                "shortcut:Artist index:Index child:Child"),
    "Index": ("name:string!", "artist:Artist"),
    "Artist": (f"{_ARTIST} userRating:rating averageRating:double", ""),
    "Genres": ("", "genre:Genre"),
    "Genre": ("songCount:int! albumCount:int!", ""),
    "ArtistsID3": ("ignoredArticles:string!", "index:IndexID3"),
    "IndexID3": ("name:string!", "artist:ArtistID3"),
    "ArtistID3": (_ARTIST_ID3, ""),
    "ArtistWithAlbumsID3": (_ARTIST_ID3, "album:AlbumID3"),
    "AlbumID3": (_ALBUM, ""),
    "AlbumWithSongsID3": (_ALBUM, "song:Child"),
    "Videos": ("", "video:Child"),
    "Directory": (("id:string! parent:string name:string! starred:dateTime userRating:rating"
                  " averageRating:double playCount:long"), "child:Child"),
    "Child": (_CHILD, ""),
    "NowPlaying": ("", "entry:NowPlayingEntry"),
    "NowPlayingEntry": ((f"{_CHILD} username:string! minutesAgo:int! playerId:int!"
                        " playerName:string"), ""),
    "SearchResult": ("offset:int! totalHits:int!", "match:Child"),
    "Folders": ("", _RESULTS.format("Artist", "Child")),
    "Tags": ("", _RESULTS.format("ArtistID3", "AlbumID3")),
    "Playlists": ("", "playlist:Playlist"),
    "Playlist": (_PLAYLIST, "allowedUser:text"),
    "PlaylistWithSongs": (_PLAYLIST, "allowedUser:text entry:Child"),
    "AlbumList": ("", "album:Child"),
    "AlbumList2": ("", "album:AlbumID3"),
    "Songs": ("", "song:Child"),
    "Lyrics": ("artist:string title:string", ""),
    "InternetRadioStations": ("", "internetRadioStation:InternetRadioStation"),
    "InternetRadioStation": ("id:string! name:string! streamUrl:string! homePageUrl:string", ""),
    "Bookmarks": ("", "bookmark:Bookmark"),
    "Bookmark": (("position:long! username:string! comment:string created:dateTime!"
                 " changed:dateTime!"), "entry:Child"),
    "PlayQueue": (f"current:string {_QUEUE}", "entry:Child"),
    "Shares": ("", "share:Share"),
    "Share": (("id:string! url:string! description:string username:string! created:dateTime!"
              " expires:dateTime lastVisited:dateTime visitCount:int!"), "entry:Child"),
    "AlbumInfo": ("", f"notes:text {_LINKS} largeImageUrl:text"),
    "ArtistInfo": ("", f"biography:text {_LINKS} largeImageUrl:text similarArtist:Artist"),
    "ArtistInfo2": ("", f"biography:text {_LINKS} largeImageUrl:text similarArtist:ArtistID3"),
    "License": ("valid:boolean! email:string licenseExpires:dateTime trialExpires:dateTime", ""),
    "Users": ("", "user:User"),
    "User": ((f"username:string! email:string scrobblingEnabled:boolean! maxBitRate:int {_ROLES}"
             " avatarLastChanged:dateTime"), "folder:text"),
    "ScanStatus": ("scanning:boolean! count:long", ""),
    "Error": ("code:int! message:string", ""),
}  # fmt: skip
_ANSWERS: Mapping[str, str] = {
    "musicFolders": "MusicFolders", "indexes": "Indexes", "directory": "Directory",
    "genres": "Genres", "artists": "ArtistsID3", "artist": "ArtistWithAlbumsID3",
    "album": "AlbumWithSongsID3", "song": "Child", "videos": "Videos", "nowPlaying": "NowPlaying",
    "searchResult": "SearchResult", "searchResult2": "Folders", "searchResult3": "Tags",
    "playlists": "Playlists", "playlist": "PlaylistWithSongs", "license": "License",
    "users": "Users", "user": "User", "albumList": "AlbumList", "albumList2": "AlbumList2",
    "randomSongs": "Songs", "songsByGenre": "Songs", "lyrics": "Lyrics",
    "internetRadioStations": "InternetRadioStations", "bookmarks": "Bookmarks",
    "playQueue": "PlayQueue", "shares": "Shares", "starred": "Folders", "starred2": "Tags",
    "albumInfo": "AlbumInfo", "artistInfo": "ArtistInfo", "artistInfo2": "ArtistInfo2",
    "similarSongs": "Songs", "similarSongs2": "Songs", "topSongs": "Songs",
    "scanStatus": "ScanStatus", "error": "Error",
}  # fmt: skip


@dataclass(frozen=True)
class _Attribute:
    pattern: str
    needed: bool


def _attributes(text: str) -> dict[str, _Attribute]:
    found = {}
    for part in text.split():
        name, _, kind = part.partition(":")
        found[name] = _Attribute(_LEXICAL[kind.removesuffix("!")], kind.endswith("!"))
    return found


_KNOWN = {
    name: (_attributes(attributes), dict(child.split(":") for child in children.split()))
    for name, (attributes, children) in _TYPES.items()
}


def attributes_of(kind: str) -> frozenset[str]:
    """The attributes, and child elements, that the protocol itself gives a type, if it has it."""
    attributes, children = _KNOWN.get(kind, ({}, {}))
    return frozenset((*attributes, *children))


def problems(root: ET.Element) -> Iterator[str]:
    """What is wrong with an answer."""
    if root.tag != f"{XMLNS}subsonic-response":
        yield f"{root.tag} is no answer"
    if root.get("status") not in {"ok", "failed"}:
        yield f"status is {root.get('status')}"
    for element in root.iter():
        if not element.tag.startswith(XMLNS):
            yield f"{element.tag} is of another namespace"
    for child in root:
        kind = _ANSWERS.get(child.tag.removeprefix(XMLNS))
        if kind is not None:
            yield from _check(child, kind, child.tag.removeprefix(XMLNS))


def _check(element: ET.Element, kind: str, where: str) -> Iterator[str]:
    attributes, children = _KNOWN[kind]
    for name, attribute in attributes.items():
        value = element.get(name)
        if value is None and attribute.needed:
            yield f"{where}.{name} is missing"
        if value is not None and not re.fullmatch(attribute.pattern, value):
            yield f"{where}.{name} is {value!r}"
    names = [child.tag.removeprefix(XMLNS) for child in element]
    known = [name for name in names if name in children]
    if known != sorted(known, key=list(children).index):
        yield f"{where}: the order is {list(dict.fromkeys(known))}"
    for child, name in zip(element, names, strict=True):
        if name in children:
            yield from _check(child, children[name], f"{where}.{name}")

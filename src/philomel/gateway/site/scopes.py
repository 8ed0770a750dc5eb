"""What a program may ask for, in words for the person who decides."""

SCOPES = {
    "app-remote-control": "Control what this device plays",
    "playlist-modify-private": "Change your private playlists",
    "playlist-modify-public": "Change your public playlists",
    "playlist-read-collaborative": "See playlists that you share with others",
    "playlist-read-private": "See your private playlists",
    "streaming": "Play music as you",
    "ugc-image-upload": "Upload pictures for your playlists",
    "user-follow-modify": "Follow and unfollow artists for you",
    "user-follow-read": "See whom you follow",
    "user-library-modify": "Like and unlike music for you",
    "user-library-read": "See the music you like",
    "user-modify-playback-state": "Control what your players play",
    "user-read-currently-playing": "See what you listen to right now",
    "user-read-email": "See your contact address",
    "user-read-playback-position": "See where you stopped in episodes and books",
    "user-read-playback-state": "See your players and what they do",
    "user-read-private": "See your name and your account's settings",
    "user-read-recently-played": "See what you listened to lately",
    "user-top-read": "See what you listen to most",
}
NOTHING = "See the catalogue, and nothing of yours"

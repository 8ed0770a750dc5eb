"""An audio file opened by FFmpeg, as exactly one format and with nothing else in reach."""

import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final, NoReturn

import av
import av.subtitles.stream  # a sealed worker cannot load it when av.open wants it
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container.input import InputContainer
from av.error import FFmpegError

from philomel.engines.audio.decoding.reading import FileReader
from philomel.engines.audio.decoding.sniff import DEMUXERS, sniff

_CODECS: Final = {
    "mp3": ("mp3", "mp3float", "mp2", "mp2float", "mp1", "mp1float"),
    "flac": ("flac",),
    "ogg": ("vorbis", "opus", "libopus", "flac"),
    "mp4": ("aac", "alac"),
    "wav": (),
    "aiff": (),
    "wavpack": ("wavpack",),
}
_PREROLL_MS: Final = {"mp3": 500, "mp3float": 500, "aac": 150, "opus": 120, "vorbis": 250}
"""Decoders need what came before to sound right: MP3's bit reservoir, overlapping windows."""

_SKIP: Final = "skip_samples"
_MAX_CHANNELS: Final = 64
_MAX_BROKEN: Final = 500


class Source:
    """A file's audio stream.

    Raises:
        ValueError: it is not audio that Philomel plays, in a sentence.
    """

    def __init__(self, descriptor: int) -> None:
        file = FileReader(descriptor)
        container = sniff(file)
        if container is None:
            raise ValueError("it is not an audio file of a known format")
        if container == "mp3":
            file.size = _without_trailing_tags(file)
        file.seek(0)
        try:
            opened = av.open(
                file,
                "r",
                format=DEMUXERS[container],
                options={"protocol_whitelist": "none", "probesize": "262144"},
                metadata_errors="replace",
                io_open=_refuse,
            )
        except (FFmpegError, ValueError) as error:
            raise ValueError("it is damaged and cannot be opened") from error
        assert isinstance(opened, InputContainer)
        self.container_name = container
        self.container = opened
        self.stream = self._audio_stream()
        self.codec = self.stream.codec_context.name
        self._check()
        self._start = self.stream.start_time or 0
        self.delay = self.padding = 0  # samples left out at both ends, known when all is read

    def _audio_stream(self) -> AudioStream:
        streams = self.container.streams.audio
        if not streams:
            raise ValueError("there is no audio in it")
        return streams[0]

    def _check(self) -> None:
        context, allowed = self.stream.codec_context, _CODECS[self.container_name]
        known = self.codec in allowed if allowed else self.codec.startswith("pcm_")
        if not known:
            raise ValueError("its audio is in a format that Philomel does not play")
        if not 0 < context.channels <= _MAX_CHANNELS or context.sample_rate <= 0:
            raise ValueError("its header makes no sense")
        context.thread_count = 1

    def frames(self, on_packet: Callable[[bytes], None] | None = None) -> Iterator[AudioFrame]:
        """Decoded audio. Damaged packets are skipped, as a player would.

        Args:
            on_packet: is shown each packet's payload before it is decoded.
        """
        broken = good = 0
        for packet in self._packets():
            if on_packet is not None and packet.size:
                on_packet(bytes(packet))
            self._count_skipped(packet)
            try:
                for frame in packet.decode():
                    good += 1
                    if self._is_before_the_start(frame):
                        self.delay += frame.samples
                    else:
                        yield frame
            except MemoryError:
                raise
            except FFmpegError as error:
                broken += 1
                if broken > _MAX_BROKEN and broken > good:
                    raise ValueError("it is damaged and cannot be decoded") from error
        if good == 0:
            raise ValueError("there is no audio in it that can be decoded")

    def packets(self) -> "Iterator[av.Packet[AudioStream]]":
        """What is encoded, as it stands in the file; nothing of it is decoded."""
        for packet in self._packets():
            self._count_skipped(packet)
            yield packet

    def _packets(self) -> "Iterator[av.Packet[AudioStream]]":
        packets = self.container.demux(self.stream)
        while True:
            try:
                packet = next(packets)
            except (StopIteration, FFmpegError):
                # a file that is cut short ends with an error: what came before counts
                return
            yield packet

    def _is_before_the_start(self, frame: AudioFrame) -> bool:
        """Vorbis may begin with samples that the first page does not count; FFmpeg keeps them."""
        if self.codec != "vorbis" or frame.pts is None or frame.pts >= 0:
            return False
        return bool(frame.pts * (frame.time_base or 0) * frame.sample_rate + frame.samples <= 0)

    def _count_skipped(self, packet: "av.Packet[AudioStream]") -> None:
        """LAME's and iTunes' tags, Opus' pre-skip and Ogg's last page all come as this."""
        if not packet.has_sidedata(_SKIP):
            return
        data = bytes(packet.get_sidedata(_SKIP))
        if len(data) >= 8:
            start, end = struct.unpack_from("<II", data)
            self.delay += start
            self.padding += end

    def seek(self, offset_ms: int) -> int:
        """Go to a place shortly before an offset.

        Returns:
            The time stamp of the offset itself, in units of the stream's time base.
        """
        base = self.stream.time_base
        assert base is not None
        target = self._start + round(offset_ms / 1000 / base)
        before = max(offset_ms - _PREROLL_MS.get(self.codec, 60), 0)
        if before:
            with suppress(FFmpegError):  # then it is decoded from where it stands
                self.container.seek(self._start + round(before / 1000 / base), stream=self.stream)
        return target

    def close(self) -> None:
        self.container.close()


def _without_trailing_tags(file: FileReader) -> int:
    """Where MPEG audio ends: FFmpeg would take APEv2 behind it for audio."""
    end = file.size
    if file.at(max(end - 128, 0), 3) == b"TAG":
        end -= 128
    footer = file.at(max(end - 32, 0), 32)
    if footer.startswith(b"APETAGEX") and len(footer) == 32:
        size, _, flags = struct.unpack_from("<III", footer, 12)
        size += 32 if flags >> 31 else 0
        end -= size if 32 <= size < end else 0
    return end


def _refuse(_url: str, _flags: int, _options: object) -> NoReturn:
    raise PermissionError("an audio file refers to nothing else")

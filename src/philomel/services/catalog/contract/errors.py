"""What the catalogue refuses."""

from philomel.kernel.errors import Conflict, FailedPrecondition, InvalidArgument, NotFound


class TrackNotFound(NotFound):
    code = "catalog.track_not_found"


class LibraryNotFound(NotFound):
    code = "catalog.library_not_found"


class LibraryExists(Conflict):
    code = "catalog.library_exists"


class BadLibraryPath(InvalidArgument):
    code = "catalog.bad_library_path"


class MergeNotFound(NotFound):
    code = "catalog.merge_not_found"


class NotMergeable(FailedPrecondition):
    code = "catalog.not_mergeable"


class ScanNotFound(NotFound):
    code = "catalog.scan_not_found"


class ScanRunning(FailedPrecondition):
    code = "catalog.scan_running"


class LibraryReadOnly(FailedPrecondition):
    code = "catalog.library_read_only"


class BadUpload(InvalidArgument):
    code = "catalog.bad_upload"


class UploadNotFound(NotFound):
    code = "catalog.upload_not_found"


class MendNotFound(NotFound):
    code = "catalog.mend_not_found"


class NotMended(FailedPrecondition):
    code = "catalog.not_mended"

"""Requests with forms that may hold files, in the words of an `.http` file."""


def form(target: str, *parts: tuple[str, str, str | None, str]) -> str:
    """A form of (name, file name, media type, content); without a media type it is a text."""
    lines = [f"POST {target}", "Content-Type: multipart/form-data; boundary=XX", ""]
    for name, filename, media, content in parts:
        file = f'; filename="{filename}"' if media is not None else ""
        lines += ["--XX", f'Content-Disposition: form-data; name="{name}"{file}']
        lines += [f"Content-Type: {media}"] if media else []
        lines += ["", content]
    return "\n".join([*lines, "--XX--"])

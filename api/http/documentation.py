"""The documentation in the browser: Swagger UI from the installed package, nothing from elsewhere."""

from importlib.resources import files
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api.http.problem_kinds import NothingHere

DOCS: Final = "/docs"
FILES: Final = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
    "start.js": "text/javascript",
}
START: Final = b"""SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  docExpansion: "none",
  validatorUrl: null,
});
"""
PAGE: Final = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Standfast: the HTTP interface</title>
<link rel="icon" href="{DOCS}/favicon-32x32.png">
<link rel="stylesheet" href="{DOCS}/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="{DOCS}/swagger-ui-bundle.js"></script>
<script src="{DOCS}/start.js"></script>
</body>
</html>
"""
ONLY_FROM_HERE: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'"
)


async def page(_request: Request) -> Response:
    """The page; it loads nothing from anywhere else, and may not."""
    return HTMLResponse(PAGE, headers={"Content-Security-Policy": ONLY_FROM_HERE})


async def file(request: Request) -> Response:
    """One of the files that the page asks for."""
    name = request.path_params["name"]
    if name not in FILES:
        raise NothingHere(f"the documentation has no file {name[:100]!r}")
    content = START if name == "start.js" else (files("fastapi_swagger") / "resources" / name).read_bytes()
    return Response(content, media_type=FILES[name], headers={"Cache-Control": "max-age=3600"})

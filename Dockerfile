# The HTTP server. Build it with the packages pinned in manifests/docker, run it with a read-only root:
#   docker build --tag hostex-mcp .
#   docker run --read-only --tmpfs /tmp --publish 127.0.0.1:8000:8000 \
#     --env HOSTEX_MCP_PUBLIC_URL=http://localhost:8000 hostex-mcp
#
# A release names the digest of the base (docs/releasing.md).
ARG BASE=python:3.13-slim
FROM ${BASE} AS build
WORKDIR /build
COPY manifests/docker/requirements.txt manifests/docker/requirements-build.txt ./
RUN --mount=type=cache,target=/root/.cache/pip \
    python -m venv --without-pip /opt/hostex-mcp \
    && python -m pip install --require-hashes --only-binary :all: -r requirements-build.txt \
    && python -m pip --python /opt/hostex-mcp install --require-hashes --only-binary :all: -r requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY hostex_mcp hostex_mcp
RUN python -m hatchling build --target wheel --directory dist \
    && python -m pip --python /opt/hostex-mcp install --no-deps --no-index dist/*.whl \
    && mkdir /data

FROM ${BASE}
ARG BASE
ARG VERSION=unreleased
LABEL org.opencontainers.image.title="hostex-mcp" \
      org.opencontainers.image.description="An MCP server for Hostex, the vacation-rental manager" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.base.name="${BASE}" \
      io.modelcontextprotocol.server.name="io.github.hostex-mcp/hostex-mcp"
ENV PATH="/opt/hostex-mcp/bin:${PATH}" \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp \
    HOSTEX_MCP_DATABASE_URL=sqlite:////data/hostex-mcp.db
COPY --from=build /opt/hostex-mcp /opt/hostex-mcp
COPY --from=build --chown=10001:10001 /data /data
VOLUME ["/data"]
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["python", "-c", "from http.client import HTTPConnection as To; to = To('127.0.0.1', 8000, timeout=4); to.request('GET', '/healthz'); raise SystemExit(to.getresponse().status != 200)"]
ENTRYPOINT ["hostex-mcp"]
CMD ["http", "--host", "0.0.0.0", "--port", "8000"]

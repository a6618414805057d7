# Three images (docs/deploy.md): `embedded`, the default, has everything in it; `server` is a role beside Kafka and
# ClickHouse, without the engine's 566 MB; `demo` is the shop. glibc is needed: some addons have no build for musl.
# The base is the Node that package.json pins.
FROM node:24.21.0-bookworm-slim AS base
WORKDIR /app
ENV NODE_ENV=production
COPY deploy/healthcheck.sh deploy/

FROM base AS dependencies
COPY package.json package-lock.json .npmrc ./
# Without scripts: the addons come built, and the package `node` would fetch a second runtime.
RUN npm ci --omit=dev --ignore-scripts && mkdir /engine && mv node_modules/@chdb /engine/

FROM base AS demo-dependencies
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev --omit=optional --ignore-scripts

FROM base AS demo
COPY --from=demo-dependencies /app/node_modules node_modules
COPY package.json ./
COPY demo demo
USER node
ENTRYPOINT ["node", "demo/main.ts"]
CMD ["shop"]

FROM base AS server
ENV VALET_MODE=server VALET_HOST=0.0.0.0 VALET_SLO_DIR=/slos
COPY --from=dependencies /app/node_modules node_modules
COPY package.json configuration.ts valet.ts ./
COPY runtime runtime
COPY schemas schemas
COPY otlp otlp
COPY log log
COPY store store
COPY ingest ingest
COPY engine engine
COPY query query
COPY serve serve
# The pipeline's own; a folder mounted here takes their place.
COPY slos /slos
USER node
EXPOSE 4317 4318 8080 8123
# Whether it lives. Whether it can work yet is another question, with another path: /readyz.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=6 \
  CMD ["bash", "deploy/healthcheck.sh", "8080", "/healthz"]
# Node gets the signals itself and ends in order at SIGTERM.
ENTRYPOINT ["node", "valet.ts"]
CMD ["serve"]

FROM server AS embedded
ENV VALET_MODE=embedded VALET_DATA_DIR=/data
COPY --from=dependencies /engine/@chdb node_modules/@chdb
USER root
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data

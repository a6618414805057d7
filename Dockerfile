# Valet with everything embedded. glibc is needed: the embedded ClickHouse has no build for musl.
FROM node:24.21.0-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM node:24.21.0-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production VALET_HOST=0.0.0.0 VALET_DATA_DIR=/data VALET_SLO_DIR=/slos
COPY --from=dependencies /app/node_modules ./node_modules
COPY . .
RUN mkdir /data /slos && chown node:node /data /slos
USER node
VOLUME /data
EXPOSE 4317 4318 8080 8123
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=6 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node_modules/.bin/node", "valet.ts"]
CMD ["serve"]

# Streekbalie for a PostgreSQL of your own (DATABASE_URL): see docs/RUNBOOK.md, "In a container".
# The embedded database is left out: in a container the database has one of its own.

FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev --no-audit --no-fund
COPY . .
RUN node scripts/launch.mjs build
RUN npm ci --omit=dev --omit=optional --no-audit --no-fund

FROM node:22-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
WORKDIR /app
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/build ./build
COPY --from=build /app/scripts/run-built.mjs ./scripts/
# Keys, and nothing else: the one folder that is written.
RUN install -d -o node -g node -m 0700 /data
VOLUME /data
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/readyz').then((a) => process.exit(a.ok ? 0 : 1), () => process.exit(1))"]
# The process itself gets the signal: it drains, and then ends.
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "scripts/run-built.mjs"]
CMD ["serve"]

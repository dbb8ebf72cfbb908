# The web app, which the program carries in itself.
FROM node:20-bookworm-slim AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY web ./
RUN npm run build

FROM rust:1.95-bookworm AS program
# aws-lc is C and is built here.
RUN apt-get update && apt-get install -y --no-install-recommends cmake clang && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Cargo.toml Cargo.lock rust-toolchain.toml ./
COPY crates crates
COPY bench bench
COPY fuzz fuzz
COPY xtask xtask
COPY --from=web /src/web/dist web/dist
COPY web/openapi.json web/openapi.json
RUN cargo build --release --locked --bin birdcall

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/birdcall --shell /usr/sbin/nologin birdcall \
    && install -d -o birdcall -g birdcall -m 700 /var/lib/birdcall
COPY --from=program /src/target/release/birdcall /usr/bin/birdcall
USER 10001:10001
ENV BIRDCALL_DATA=/var/lib/birdcall BIRDCALL_LISTEN=[::]:8080
VOLUME /var/lib/birdcall
EXPOSE 8080/tcp 3478/tcp 3478/udp
# Nothing but the volume is written to: docker run --read-only --cap-drop ALL --security-opt no-new-privileges …
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=10s CMD ["birdcall", "doctor", "--ready"]
ENTRYPOINT ["birdcall"]
CMD ["serve"]

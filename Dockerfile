# The bot alone: settings come from the environment and /data/deskhand.toml, state lives in /data.
FROM python:3.11-slim
RUN useradd --create-home --uid 10001 deskhand && mkdir /data && chown deskhand /data
WORKDIR /app
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes --no-deps -r requirements.lock
COPY . .
RUN pip install --no-cache-dir --no-deps --no-build-isolation --editable .
USER deskhand
ENV DESKHAND_HOME=/data DESKHAND_CONFIG=/data/deskhand.toml DESKHAND_HTTP=0.0.0.0:8080 PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
CMD ["deskhand", "run"]

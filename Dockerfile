# The packed volley, as npm would install it: docker build -t volley . && docker run --rm --network host volley URL
FROM node:26-slim AS build
WORKDIR /source
COPY . .
# Installs, builds by `prepare`, and packs what would be published.
RUN npm ci --no-audit --no-fund && mkdir /packed && npm pack --ignore-scripts --pack-destination /packed

FROM node:26-slim
COPY --from=build /packed /packed
RUN npm install --global --no-audit --no-fund /packed/*.tgz && npm cache clean --force && rm -r /packed
# Rows, plans and results: docker run -v "$PWD:/work"
WORKDIR /work
USER node
ENTRYPOINT ["volley"]

"""What npm packages, and the modules of Node, do to a function that calls them.

Plain JavaScript, perhaps in a build for browsers; the network by `fetch`; Node, or code made of text at run time; a
server that keeps running. What is not listed is unknown, and never counted as pure: emitters for example, whose
listeners are elsewhere.
"""

from __future__ import annotations

from enum import StrEnum

from codemods.workspace.graph import package_name


class Nature(StrEnum):
    """What using a package or global does to a function."""

    PURE = "pure"
    OUTSIDE = "outside"
    """Talks to a service by `fetch`, as the Convex runtime has it."""
    HEAVY = "heavy"
    """Plain JavaScript that takes too long for a transaction."""
    MEMORY = "memory"
    """Keeps something between requests."""
    NODE = "node"
    """Runs on Node, in an action of a file with "use node"."""
    SERVER = "server"
    """Needs what only a server that keeps running has: its disk, its sockets, its workers, its command line."""
    ERASED = "erased"
    """Framework code that a rewrite replaces; what is left of it after rewriting is refused."""
    UNKNOWN = "unknown"


def _all(names: str, nature: Nature) -> dict[str, Nature]:
    return dict.fromkeys(names.split(), nature)


_PURE = """
    @asteasolutions/zod-to-openapi @date-fns/tz @date-fns/utc @faker-js/faker @hapi/joi @noble/ciphers @noble/hashes
    @paralleldrive/cuid2 @terraformer/wkt accounting arktype
    bad-words base-64 big.js bignumber.js blueimp-md5 bn.js bytes camelcase camelcase-keys capital-case
    card-validator chance change-case change-case-all chroma-js clone clone-deep clsx color color-convert
    constant-case convex convex-helpers countries-list country-list credit-card-type cron-parser cron-validator
    cronstrue crypto-js cuid currency-codes currency.js d3-array damerau-levenshtein date-fns date-fns-tz dayjs
    decamelize decamelize-keys decimal.js decimal.js-light deep-equal deepmerge defu dequal diff dinero.js dot-case
    dot-object dot-prop email-validator entities escape-goat escape-html escape-string-regexp
    express-validator
    fast-deep-equal fast-equals fast-json-stable-stringify fast-levenshtein fast-xml-parser fastest-levenshtein
    filesize flat flatted fp-ts fraction.js fuse.js geolib hashids haversine haversine-distance he
    header-case hono html-entities http-errors http-status http-status-codes humanize-duration humps
    i18n-iso-countries iban ibantools immer immutable inflection invariant io-ts ipaddr.js is-email
    is-number is-plain-object is-url isemail iso-3166-1 joi js-base64 js-md5 js-sha256 js-sha512 js-yaml json-2-csv
    json-stable-stringify just-clone just-group-by just-omit just-pick jwt-decode klona leven libphonenumber-js
    lodash lodash-es lodash.isequal lodash.merge lodash.omit lodash.pick lower-case lunr luxon markdown-it marked
    mathjs md5 memoize-one mime minisearch moment moment-timezone ms mustache nanoid neverthrow ngeohash
    no-case normalize-url number-to-words numeral object-path p-limit p-map papaparse param-case parse-duration
    pascal-case password-validator path-case path-to-regexp pluralize point-in-polygon pretty-bytes pretty-ms psl qs
    query-string rambda ramda remeda rfdc rrule runtypes safe-stable-stringify sanitize-html seedrandom semver
    sentence-case short-unique-id short-uuid showdown simple-statistics slug slugify smol-toml snake-case
    snakecase-keys spacetime
    spark-md5 speakingurl sqids statuses stemmer string-similarity striptags superjson superstruct timeago.js
    tiny-invariant tinycolor2 title-case tldts toml transliteration ts-custom-error ts-invariant ts-pattern tslib
    tweetnacl type-fest ua-parser-js ulid underscore underscore.string unique-names-generator upper-case url-join
    url-parse uuid uuidv4 uuidv7 valibot valid-url validate.js validator voca world-countries xss xss-filters yaml
    yup zod zxcvbn
"""

_OUTSIDE = """
    @anthropic-ai/sdk @google/genai @google/generative-ai @octokit/rest @upstash/ratelimit @upstash/redis
    graphql-request groq-sdk ky ofetch replicate resend whatwg-fetch wretch
"""

_SERVICES = """
    @apollo/client @elastic/elasticsearch @getbrevo/brevo @mailchimp/mailchimp_marketing
    @mailchimp/mailchimp_transactional @mollie/api-client @notionhq/client @paypal/checkout-server-sdk
    @pinecone-database/pinecone @sendgrid/client @sendgrid/mail @slack/web-api @supabase/supabase-js @vercel/blob
    @vonage/server-sdk
    africastalking algoliasearch auth0 aws-sdk axios bent braintree cloudinary cohere-ai coinbase cross-fetch
    deep-email-validator dropbox ethers expo-server-sdk firebase firebase-admin flutterwave-node-v3 google-auth-library
    googleapis got imagekit isomorphic-fetch iyzipay langchain mailchimp mailersend mailgun-js mailgun.js mailjet
    meilisearch mercadopago messagebird midtrans-client minio mixpanel needle nexmo node-fetch node-geocoder
    node-mailjet nodemailer ollama onesignal-node openai paypal-rest-sdk paystack phin plivo posthog-node postmark
    pusher razorpay request request-promise rss-parser sendgrid sib-api-v3-sdk square sslcommerz-lts stripe superagent
    twilio typesense undici unirest web-push web3 xendit-node
"""
"""Clients of services that are at home on Node."""

_NODE = """
    adm-zip ajv ajv-errors ajv-formats ajv-keywords archiver base64url bcrypt-nodejs cheerio cookie-signature
    crypto-random-string csv-parse csv-parser csv-stringify docx ejs exceljs fast-csv fastest-validator file-type
    generate-password gravatar gray-matter handlebars image-size isomorphic-dompurify jose json2csv jsonwebtoken jszip
    liquidjs mammoth mime-types natural node-forge node-rsa object-hash otplib qrcode randomstring sha.js speakeasy
    streamifier uniqid unzipper xlsx xml2js xmlbuilder2 yauzl
"""
"""Packages that need modules of Node, or that make code of text."""

_SERVER = """
    agenda amqplib argon2 bull bullmq busboy canvas chalk colors commander config cross-env csurf discord.js dotenv
    express-fileupload express-handlebars fluent-ffmpeg formidable fs-extra geoip-lite glob graceful-fs html-pdf
    inquirer ioredis ip jimp jsdom kafkajs maxmind memcached mkdirp morgan mqtt multer multer-s3 nats nconf newrelic
    node-cron node-machine-id node-schedule node-telegram-bot-api nodemon nunjucks ora passport pdf-parse pdfkit phantom
    pino playwright pug puppeteer puppeteer-core pusher-js redis rimraf sharp socket.io socket.io-client
    systeminformation tar telegraf tesseract.js tmp winston ws yargs ably
"""
"""Standing connections, workers, native binaries, and files beside the program."""

_MEMORY = """
    apicache bottleneck cache-manager flat-cache keyv limiter lru-cache mem memoizee memory-cache node-cache
    quick-lru rate-limiter-flexible
"""

_ERASED = """
    @prisma/client body-parser compression cookie-parser cors express express-async-errors express-async-handler
    express-serve-static-core helmet prisma
"""

_BUILT_IN = """
    assert buffer crypto dns http https net os path perf_hooks punycode querystring stream string_decoder timers tls url
    util zlib
"""

_HOST = """
    async_hooks child_process cluster dgram events fs http2 inspector module process readline repl tty v8 vm
    worker_threads
"""
"""Modules of Node about the process and its disk, and emitters."""

_SERVICE_SCOPES = frozenset(
    """
    @auth0 @aws-sdk @azure @clerk @elastic @firebase @google-cloud @langchain @octokit @opentelemetry @sendgrid
    @sentry @slack @stripe @twilio
    """.split()
)
"""Scopes all of whose packages are clients of a service."""

PACKAGES: dict[str, Nature] = (
    _all(_PURE, Nature.PURE)
    | _all(_OUTSIDE, Nature.OUTSIDE)
    | _all("bcrypt bcrypt-ts bcryptjs", Nature.HEAVY)
    | _all(_MEMORY, Nature.MEMORY)
    | _all(_SERVICES, Nature.NODE)
    | _all(_NODE, Nature.NODE)
    | _all(_BUILT_IN, Nature.NODE)
    | _all(_SERVER, Nature.SERVER)
    | _all(_HOST, Nature.SERVER)
    | _all(_ERASED, Nature.ERASED)
)
"""Packages by what calling them does."""

CHANCE = frozenset(
    "@faker-js/faker @paralleldrive/cuid2 chance cuid nanoid short-unique-id short-uuid ulid uuid uuidv4 uuidv7".split()
)
"""Packages that give something else each time."""

ACTING = frozenset({Nature.OUTSIDE, Nature.HEAVY, Nature.NODE})
"""What an action may do, and no transaction."""

KEPT = ACTING | {Nature.PURE}
"""Packages that functions can go on using."""

SYNCHRONOUS = frozenset(
    "ajv cheerio exceljs fast-csv handlebars jszip liquidjs natural object-hash qs url xlsx".split()
)
"""Packages that call back before they return."""

SUBSTITUTES = {"bcrypt": "bcryptjs", "bcrypt-ts": "bcryptjs", "@hapi/joi": "joi"}
"""Packages that need Node, or have another name, and the one in plain JavaScript that has the same functions."""

OLDEST = {"joi": 16, "@hapi/joi": 16, "express-validator": 6}
"""Major versions before which a package is another than the one that runs on Convex."""


def package_nature(module: str) -> Nature:
    """The nature of a package by its name, sub-paths included."""
    name = package_name(module.removeprefix("node:"))
    known = PACKAGES.get(module) or PACKAGES.get(name)
    if known is not None:
        return known
    if module.startswith("node:"):
        return Nature.SERVER
    if name.startswith("lodash."):
        return Nature.PURE
    return Nature.NODE if name.split("/")[0] in _SERVICE_SCOPES else Nature.UNKNOWN

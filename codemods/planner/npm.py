"""What npm packages, and the modules of Node, do to a function that calls them.

Plain JavaScript, perhaps in a build for browsers; the network; Node, or code made of text at run time; memory. What is
not listed is unknown, and never counted as pure: emitters for example, whose listeners are elsewhere.
"""

from __future__ import annotations

from enum import StrEnum

from codemods.workspace.graph import package_name


class Nature(StrEnum):
    """What using a package or global does to a function."""

    PURE = "pure"
    OUTSIDE = "outside"
    HEAVY = "heavy"
    """Plain JavaScript that takes too long for a transaction."""
    MEMORY = "memory"
    """Keeps something between requests."""
    NODE = "node"
    ERASED = "erased"
    """Framework code that a rewrite replaces; what is left of it after rewriting is refused."""
    UNKNOWN = "unknown"


def _all(names: str, nature: Nature) -> dict[str, Nature]:
    return dict.fromkeys(names.split(), nature)


_PURE = """
    @date-fns/tz @date-fns/utc @faker-js/faker @noble/ciphers @noble/hashes @paralleldrive/cuid2 accounting arktype
    bad-words base-64 big.js bignumber.js blueimp-md5 bn.js bytes camelcase camelcase-keys capital-case
    card-validator chance change-case change-case-all chroma-js clone clone-deep clsx color color-convert
    constant-case convex convex-helpers countries-list country-list credit-card-type cron-parser cron-validator
    cronstrue crypto-js cuid currency-codes currency.js d3-array damerau-levenshtein date-fns date-fns-tz dayjs
    decamelize decamelize-keys decimal.js decimal.js-light deep-equal deepmerge defu dequal diff dinero.js dot-case
    dot-object dot-prop email-validator entities escape-goat escape-html escape-string-regexp
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
    sentence-case short-uuid showdown simple-statistics slug slugify smol-toml snake-case snakecase-keys spacetime
    spark-md5 speakingurl sqids statuses stemmer string-similarity striptags superjson superstruct timeago.js
    tiny-invariant tinycolor2 title-case tldts toml transliteration ts-custom-error ts-invariant ts-pattern tslib
    tweetnacl type-fest ua-parser-js ulid underscore underscore.string unique-names-generator upper-case url-join
    url-parse uuid uuidv4 uuidv7 valibot valid-url validate.js validator voca world-countries xss xss-filters yaml
    yup zod zxcvbn
"""

_OUTSIDE = """
    @anthropic-ai/sdk @apollo/client @aws-sdk/client-s3 @elastic/elasticsearch @getbrevo/brevo @google/genai
    @google/generative-ai @mailchimp/mailchimp_marketing @mailchimp/mailchimp_transactional @mollie/api-client
    @notionhq/client @octokit/rest @paypal/checkout-server-sdk @pinecone-database/pinecone @sendgrid/client
    @sendgrid/mail @slack/web-api @supabase/supabase-js @upstash/ratelimit @upstash/redis @vonage/server-sdk ably
    africastalking agenda algoliasearch amqplib auth0 aws-sdk axios bent braintree bull bullmq cloudinary cohere-ai
    coinbase cross-fetch deep-email-validator discord.js dropbox ethers expo-server-sdk firebase firebase-admin
    flutterwave-node-v3 google-auth-library googleapis got graphql-request groq-sdk imagekit ioredis
    isomorphic-fetch iyzipay kafkajs ky langchain mailchimp mailersend mailgun-js mailgun.js mailjet meilisearch
    memcached mercadopago messagebird midtrans-client minio mixpanel mqtt nats needle newrelic nexmo node-fetch
    node-geocoder node-mailjet node-telegram-bot-api nodemailer ofetch ollama onesignal-node openai paypal-rest-sdk
    paystack phin plivo posthog-node postmark pusher pusher-js razorpay redis replicate request resend rss-parser
    sendgrid sib-api-v3-sdk socket.io socket.io-client square sslcommerz-lts stripe superagent telegraf twilio
    typesense undici unirest web-push web3 whatwg-fetch wretch ws xendit-node
"""

_NODE = """
    adm-zip ajv ajv-errors ajv-formats ajv-keywords archiver argon2 base64url bcrypt-nodejs busboy canvas chalk
    cheerio colors commander config cookie-signature cross-env crypto-random-string csurf csv-parse csv-parser
    csv-stringify docx dotenv ejs exceljs express-fileupload express-handlebars fast-csv fastest-validator file-type
    fluent-ffmpeg formidable fs-extra generate-password geoip-lite glob graceful-fs gravatar gray-matter handlebars
    html-pdf image-size inquirer ip isomorphic-dompurify jimp jose jsdom json2csv jsonwebtoken jszip liquidjs
    mammoth maxmind mime-types mkdirp morgan multer multer-s3 natural nconf node-cron node-forge node-machine-id
    node-rsa node-schedule nodemon nunjucks object-hash ora otplib passport pdf-parse pdfkit pino playwright pug
    puppeteer puppeteer-core qrcode randomstring rimraf sha.js sharp speakeasy systeminformation tar tesseract.js
    tmp uniqid unzipper winston xlsx xml2js xmlbuilder2 yargs yauzl
"""
"""Packages that need Node, or that make code of text."""

_MEMORY = """
    apicache bottleneck cache-manager flat-cache keyv limiter lru-cache mem memoizee memory-cache node-cache
    quick-lru rate-limiter-flexible
"""

_ERASED = """
    @prisma/client body-parser compression cookie-parser cors express express-async-errors express-async-handler
    express-serve-static-core express-validator helmet prisma
"""

_BUILT_IN = """
    assert async_hooks buffer child_process cluster crypto dgram dns events fs http http2 https inspector module net
    os path perf_hooks process punycode querystring readline repl stream string_decoder timers tls tty url util v8
    vm worker_threads zlib
"""

_OUTSIDE_SCOPES = frozenset(
    """
    @auth0 @aws-sdk @azure @clerk @elastic @firebase @google-cloud @langchain @octokit @opentelemetry @sendgrid
    @sentry @slack @stripe @twilio
    """.split()
)
"""Scopes all of whose packages talk to a service."""

PACKAGES: dict[str, Nature] = (
    _all(_PURE, Nature.PURE)
    | _all(_OUTSIDE, Nature.OUTSIDE)
    | _all("bcrypt bcryptjs", Nature.HEAVY)
    | _all(_MEMORY, Nature.MEMORY)
    | _all(_NODE, Nature.NODE)
    | _all(_BUILT_IN, Nature.NODE)
    | _all(_ERASED, Nature.ERASED)
)
"""Packages by what calling them does."""

CHANCE = frozenset("@faker-js/faker @paralleldrive/cuid2 chance cuid nanoid short-uuid ulid uuid uuidv4 uuidv7".split())
"""Packages that give something else each time."""

SUBSTITUTES = {"bcrypt": "bcryptjs"}
"""Native packages, and the one in plain JavaScript that has the same functions."""


def package_nature(module: str) -> Nature:
    """The nature of a package by its name, sub-paths included."""
    name = package_name(module.removeprefix("node:"))
    known = PACKAGES.get(module) or PACKAGES.get(name)
    if known is not None:
        return known
    if module.startswith("node:"):
        return Nature.NODE
    if name.startswith("lodash."):
        return Nature.PURE
    return Nature.OUTSIDE if name.split("/")[0] in _OUTSIDE_SCOPES else Nature.UNKNOWN

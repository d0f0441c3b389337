import express from 'express'
import { admin } from './routes/admin.js'
import { legacy } from './routes/legacy.js'
import { patterns } from './routes/patterns.js'
import { places } from './routes/places.js'
import { COLOURS, PREFIX } from './lib/settings.js'

const app = express()
const router = express.Router({ caseSensitive: false })

app.use(express.json())

for (const colour of COLOURS) {
  router.get(`/colours/${colour}`, (req, res) => {
    res.json({ colour })
  })
}

router.get(['/about', '/about-us', '/info'], (req, res) => {
  res.json({ about: req.path })
})

app.use(PREFIX, router)
app.use(['/v1/places', '/places'], places)
app.use('/patterns', patterns)

if (process.env.LEGACY !== 'off') {
  app.use('/legacy', legacy)
}

const extras = { admin }
for (const [name, extra] of Object.entries(extras)) {
  app.use(`/${name}`, extra)
}

app.get('*', (req, res) => {
  res.status(404).send(`Nothing at ${req.path}`)
})

app.listen(process.env.PORT || 3000)

import express from 'express'

export const patterns = express.Router()

patterns.get('/year/:year(\\d{4})', (req, res) => {
  res.json({ year: Number(req.params.year) })
})

patterns.get('/year/:name', (req, res) => {
  res.status(400).json({ error: `${req.params.name} is no year` })
})

patterns.get(/^\/item-(\d+)$/, (req, res) => {
  res.json({ item: req.params[0] })
})

patterns.get('/files/*', (req, res) => {
  res.json({ path: req.params[0] })
})

patterns.get('/range/:from-:to', (req, res) => {
  res.json({ from: req.params.from, to: req.params.to })
})

patterns.get('/data/:name.:ext', (req, res) => {
  res.json({ name: req.params.name, ext: req.params.ext })
})

patterns.get('/colou?r', (req, res) => {
  res.json({ spelling: req.path })
})

patterns.route('/thing/:id')
  .get((req, res) => res.json({ id: req.params.id }))
  .put((req, res) => res.json({ id: req.params.id, ...req.body }))
  .delete((req, res) => res.status(204).end())

import { Router } from 'express'
import { PLACES } from '../lib/places.js'

export const places = Router()

places.param('place', (req, res, next, name) => {
  const place = PLACES.get(name)
  if (!place) return res.status(404).json({ error: `no place ${name}` })
  req.place = place
  next()
})

places.get('/', (req, res) => {
  res.json([...PLACES.keys()])
})

places.get('/:place', (req, res) => {
  res.json(req.place)
})

places.get('/:place/twin', (req, res) => {
  res.json(PLACES.get(req.place.twin))
})

places.get('/:from/to/:to?', (req, res) => {
  const { from, to = 'anywhere' } = req.params
  res.json({ from, to })
})

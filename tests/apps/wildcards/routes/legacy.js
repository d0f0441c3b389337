import { Router } from 'express'

function make(names) {
  const router = Router()
  names.forEach((name) => {
    router.get('/' + name, (req, res) => res.json({ legacy: name }))
  })
  return router
}

export const legacy = make(['old', 'older'])

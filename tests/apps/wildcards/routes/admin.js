import { Router } from 'express'

const admin = Router()

const verbs = ['post', 'delete']
verbs.forEach((verb) => {
  admin[verb]('/cache', (req, res) => {
    res.json({ cache: req.method })
  })
})

admin.get('/config', (req, res) => {
  res.json({ debug: app => app, level: 3 })
})

export { admin }

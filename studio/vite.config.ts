import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: '../dist/studio',
    emptyOutDir: true,
    target: 'es2023',
    // The page's security policy allows neither data: addresses nor inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // three.js is one file, fetched when somebody looks at a scene in space.
    chunkSizeWarningLimit: 620,
  },
  server: { proxy: { '/api': 'http://127.0.0.1:4747', '/healthz': 'http://127.0.0.1:4747' } },
})

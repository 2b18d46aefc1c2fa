import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import VueI18n from '@intlify/unplugin-vue-i18n/vite'
import Components from 'unplugin-vue-components/vite'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const routeFiles = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf-8' })
    .filter((name) => name.endsWith('routes.ts'))
    .map((name) => `${folder}/${name}`)
const inside = (path: string) => fileURLToPath(new URL(path, import.meta.url))

// Where `npm run dev` finds the services: a hall that runs already (make run).
const hall = process.env.YIMEN_HALL ?? 'http://127.0.0.1:8080'
const served = ['intake', 'approval', 'fees', 'monitor', 'notify', 'identity', 'bank', 'hall.json']

// The first words of the portal's addresses, for the server: to any other it answers 404 (deploy/pages.py).
const portalWords: Plugin = {
  name: 'portal-words',
  generateBundle() {
    const sources = [...routeFiles(inside('src/portal')), inside('src/kit/standing.ts')].map((path) =>
      readFileSync(path, 'utf-8'),
    )
    const paths = sources.flatMap((text) => [...text.matchAll(/path: '\/([\w-]*)/g)].map((found) => found[1]))
    this.emitFile({ type: 'asset', fileName: 'portal.json', source: JSON.stringify([...new Set(paths)]) })
  },
}

export default defineConfig({
  plugins: [
    vue(),
    portalWords,
    Components({ dirs: [], resolvers: [ElementPlusResolver()], dts: 'src/generated/components.d.ts' }),
    // Words are compiled when the pages are built: no page evaluates code, so the content policy can forbid it.
    VueI18n({ runtimeOnly: true, compositionOnly: true, include: [inside('src/**/wording/*.json')] }),
  ],
  resolve: { alias: { '@': inside('src') } },
  build: {
    manifest: true, // tests/browser/test_budgets.py weighs each page by it
    target: 'es2022',
    chunkSizeWarningLimit: 800,
    rolldownOptions: {
      input: { portal: inside('index.html'), staff: inside('staff.html'), screen: inside('screen.html') },
    },
  },
  server: { proxy: Object.fromEntries(served.map((name) => [`/${name}`, hall])) },
  test: { environment: 'jsdom', include: ['src/**/*.test.ts'], server: { deps: { inline: ['element-plus'] } } },
})

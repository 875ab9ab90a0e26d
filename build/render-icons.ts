// Draws the icons of the package and the tray from build/art with Chromium. The pictures are committed: packaging needs no browser.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { chromiumPath } from '../test/chromium.ts'
import { icns, ico } from './art/containers.ts'
import { appIcon, type Look, trayIcon } from './art/shapes.ts'

const build = import.meta.dirname
const browser = await chromium.launch({
  executablePath: chromiumPath() ?? '',
  args: ['--no-sandbox'],
})
const page = await browser.newPage()

async function draw(svg: string, size: number): Promise<Buffer> {
  await page.setViewportSize({ width: size, height: size })
  await page.setContent(`<style>*{margin:0}svg{display:block}</style>${svg}`)
  return page.screenshot({ omitBackground: true, clip: { x: 0, y: 0, width: size, height: size } })
}

const sizes = [16, 24, 32, 48, 64, 128, 256, 512, 1024]
const images: { size: number; png: Buffer }[] = []
for (const size of sizes) images.push({ size, png: await draw(appIcon(size), size) })
mkdirSync(join(build, 'icons'), { recursive: true })
for (const { size, png } of images) {
  if (size <= 512) writeFileSync(join(build, 'icons', `${size}x${size}.png`), png)
  else writeFileSync(join(build, 'icon.png'), png)
}
writeFileSync(join(build, 'icon.ico'), ico(images.filter(({ size }) => size <= 256)))
writeFileSync(join(build, 'icon.icns'), icns(images))

mkdirSync(join(build, 'tray'), { recursive: true })
const looks: Look[] = ['connected', 'connecting', 'attention', 'paused']
// `light` is the ink for dark panels, `dark` for light ones; macOS colours the template itself.
const inks = { light: '#f4f7f6', dark: '#1f2a28', Template: '#000000' }
for (const look of looks) {
  for (const [panel, ink] of Object.entries(inks)) {
    const base = panel === 'Template' ? 16 : 24
    const name = panel === 'Template' ? `${look}Template` : `${look}-${panel}`
    for (const scale of [1, 2]) {
      const png = await draw(trayIcon(base * scale, look, ink), base * scale)
      writeFileSync(join(build, 'tray', `${name}${scale === 2 ? '@2x' : ''}.png`), png)
    }
  }
}
await browser.close()

export { type Bundle, bundleApp, bundlePage, bundleService } from './bundle.ts';

// Every page loads this: the frame's behaviour and the elements that pages may contain. Charts come as a chunk of their own,
// fetched when a page has one.
import "./elements/menus.js";
import "./elements/nav-toggle.js";
import "./elements/theme-toggle.js";
import "./elements/copy-button.js";
import "./elements/toast-stack.js";
import "./elements/confirm-dialog.js";
import "./elements/command-palette.js";
import "./elements/relative-time.js";

// The keyboard of a search: Enter picks the first match, arrows move, Escape clears, a pick returns the focus.

const ROOT = '[class*="_live_search"]'
const MATCH = '[class*="_add_"] button'

export default function ({ data, parentElement }) {
  const root = parentElement.closest(ROOT)
  if (!root) return
  root.dataset.query = data.query
  if (!root.dataset.hasKeyboard) {
    root.dataset.hasKeyboard = 'yes'
    root.addEventListener('keydown', (event) => onKey(root, event))
    root.addEventListener('click', (event) => onClick(root, event))
  }
  if (!document.documentElement.dataset.ignoresSecondClicks) {
    document.documentElement.dataset.ignoresSecondClicks = 'yes'
    document.addEventListener('click', ignoreSecondClick, true)
  }
  // Enter may be pressed before the matches of the last letters are there.
  if (root.dataset.awaited && root.dataset.awaited === data.query) {
    delete root.dataset.awaited
    requestAnimationFrame(() => pickFirst(root))
  }
}

const inputOf = (root) => root.querySelector('input')
const matchesOf = (root) => [...root.querySelectorAll(`${MATCH}:not(:disabled)`)]

let startedOnMatch = false

// After a pick, the button that removes it may lie under the pointer when the second click of a double click comes.
function ignoreSecondClick(event) {
  if (event.detail < 2) startedOnMatch = Boolean(event.target.closest(`${ROOT} ${MATCH}`))
  else if (startedOnMatch) event.stopImmediatePropagation()
}

function pickFirst(root, attempts = 20) {
  const [first] = matchesOf(root)
  if (first) first.click()
  else if (attempts) setTimeout(() => pickFirst(root, attempts - 1), 50)
}

function onKey(root, event) {
  const input = inputOf(root)
  const matches = matchesOf(root)
  const position = matches.indexOf(document.activeElement)
  if (event.key === 'Enter' && event.target === input) {
    const text = input.value.trim()
    if (!text) return
    if (text === root.dataset.query) pickFirst(root)
    else root.dataset.awaited = text
  } else if (event.key === 'ArrowDown' && matches.length) {
    matches[Math.min(position + 1, matches.length - 1)].focus()
  } else if (event.key === 'ArrowUp' && position >= 0) {
    (matches[position - 1] ?? input).focus()
  } else if (event.key === 'Escape' && position >= 0) {
    input.focus()
  } else {
    if (event.target === input) delete root.dataset.awaited
    return
  }
  event.preventDefault()
}

function onClick(root, event) {
  if (event.target.closest(MATCH)) inputOf(root).focus()
}

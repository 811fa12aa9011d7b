// The client of the stand-in BigBlueButton: parts as SETUP.profile has them, a moving picture, a tone.
/* global SETUP, document, location, requestAnimationFrame, AudioContext, EventSource, fetch, performance */
const { profile, switches, userdata, token, logoutUrl, meetingName } = SETUP;
const COLOURS = {
  meeting: '#00a050',
  bar: '#0000ff',
  panel: '#800080',
  chat: '#ff00ff',
  modal: '#ff0000',
  toast: '#ff8000',
  poll: '#ffff00',
};
const CELLS = 20;

const asked = (name, fallback) => (profile.honours.includes(name) && name in userdata ? userdata[name] : fallback);
const tell = (kind, more = {}) =>
  fetch(`/stand-in/told?token=${token}`, { method: 'POST', body: JSON.stringify({ kind, ...more }) }).catch(() => {});

/** An element with a name as this version gives it. */
function make(
  tag,
  { name, parent = document.querySelector('#app'), style = '', text = '', id, onClick, className } = {},
) {
  const element = document.createElement(tag);
  if (name !== undefined) element.setAttribute(profile.attribute, name);
  if (id !== undefined) element.id = id;
  if (className !== undefined) element.className = className;
  element.style.cssText = style;
  element.textContent = text;
  if (onClick !== undefined) element.addEventListener('click', onClick);
  parent.append(element);
  return element;
}

const at = (box) => `position:fixed;${box};`;

// The picture: one colour, the time in tenths of a second as a row of cells, a flash each second second.
const canvas = make('canvas', { style: at('left:0;top:0;width:100vw;height:100vh') });
const pen = canvas.getContext('2d');
function draw() {
  const [width, height] = [
    (canvas.width = document.documentElement.clientWidth),
    (canvas.height = document.documentElement.clientHeight),
  ];
  const now = Date.now();
  pen.fillStyle = COLOURS.meeting;
  pen.fillRect(0, 0, width, height);
  if (switches.animated) animate(width, height, now);
  const cell = Math.floor((width * 0.8) / CELLS);
  const count = Math.floor(now / 100) % 2 ** CELLS;
  for (let bit = 0; bit < CELLS; bit += 1) {
    pen.fillStyle = (count >> (CELLS - 1 - bit)) & 1 ? '#ffffff' : '#000000';
    pen.fillRect(Math.floor(width * 0.1) + bit * cell, Math.floor(height * 0.4), cell, cell);
  }
  pen.fillStyle = now % 2000 < 200 ? '#ffffff' : '#000000';
  pen.fillRect(Math.floor(width * 0.45), Math.floor(height * 0.6), Math.floor(width * 0.1), Math.floor(height * 0.1));
  requestAnimationFrame(draw);
}
/** Colours that wander and lines of text that scroll: something for an encoder to do. */
function animate(width, height, now) {
  const turn = (now / 40) % 360;
  const colours = pen.createLinearGradient(0, 0, width, height);
  for (const stop of [0, 0.25, 0.5, 0.75, 1]) colours.addColorStop(stop, `hsl(${turn + 180 * stop} 70% 50%)`);
  pen.fillStyle = colours;
  pen.fillRect(0, 0, width, height);
  pen.fillStyle = '#ffffff';
  pen.font = `${Math.floor(height / 24)}px sans-serif`;
  for (let line = 0; line < 26; line += 1) {
    const y = (((line * height) / 24 - now / 30) % (height * 1.08)) + (now / 30 > 0 ? height : 0);
    pen.fillText(`Ligne ${line} : un cours en direct, ses diapositives et ses intervenants`, 20 + line * 5, y % height);
  }
}
draw();

// The sound: a quiet tone all the time, a beep with each flash.
let audio = null;
function startSound() {
  const context = new AudioContext();
  const tone = context.createOscillator();
  const quiet = context.createGain();
  quiet.gain.value = 0.05;
  tone.frequency.value = 440;
  const stream = context.createMediaStreamDestination();
  tone.connect(quiet).connect(stream);
  tone.start();
  const beep = context.createOscillator();
  const gate = context.createGain();
  gate.gain.value = 0;
  beep.frequency.value = 1000;
  beep.connect(gate).connect(context.destination);
  beep.start();
  let planned = 0;
  const timer = setInterval(() => {
    const next = Math.ceil((Date.now() + 50) / 2000) * 2000;
    if (next === planned || next - Date.now() > 500) return;
    planned = next;
    // What is heard at this moment is `contextTime`.
    const { contextTime, performanceTime } = context.getOutputTimestamp();
    const start = contextTime + (next - (performance.timeOrigin + performanceTime)) / 1000;
    gate.gain.setValueAtTime(0.6, start);
    gate.gain.setValueAtTime(0, start + 0.2);
  }, 100);
  const element = make('audio', { id: 'remote-media' });
  element.srcObject = stream.stream;
  return { context, element, timer, played: element.play() };
}
function stopSound() {
  clearInterval(audio.timer);
  audio.element.remove();
  void audio.context.close();
  audio = null;
}

// Bars.
const honoured = (name) => asked(name, 'false') === 'true';
if (!honoured('bbb_hide_nav_bar') || profile.navigation === 'sidebar') navigation();
function navigation() {
  const side = profile.navigation === 'sidebar';
  if (side && honoured('bbb_hide_sidebar_navigation')) return;
  const style =
    at(side ? 'left:0;top:0;width:8vw;height:100vh' : 'left:0;top:0;width:100vw;height:10vh') +
    `background:${COLOURS.bar}`;
  const bar = make(side ? 'div' : 'header', {
    ...(side ? { name: 'navigationSidebarContainer' } : {}),
    ...(profile.navigation === '#Navbar' ? { id: 'Navbar' } : { className: side ? 'sc-side' : 'navbar--x1' }),
    style,
  });
  const inner = make('div', { parent: bar });
  if (side) make('button', { name: 'messagesSidebarButton', parent: inner, text: 'Messages', onClick: showChat });
  else
    make('button', { name: 'toggleUserList', parent: inner, text: 'Users and messages toggle', onClick: toggleUsers });
  make('button', { name: 'optionsButton', parent: inner, text: 'Options' });
}
const actions = honoured('bbb_hide_actions_bar')
  ? null
  : make('section', {
      ...(profile.hasActionsBarId ? { id: 'ActionsBar' } : {}),
      style: at('left:0;bottom:0;width:100vw;height:12vh') + `background:${COLOURS.bar}`,
    });
const actionsInner = actions === null ? null : make('div', { parent: actions });
let audioButton = null;
function showAudioButton(name, onClick) {
  audioButton?.remove();
  audioButton = actionsInner === null ? null : make('button', { name, parent: actionsInner, text: name, onClick });
}

// Panels.
let users = null;
let chat = null;
let messages = null;
const log = [];
function toggleUsers() {
  if (users !== null) {
    users.remove();
    users = null;
    return;
  }
  users = make('div', { style: at('left:0;top:0;width:15vw;height:100vh') + `background:${COLOURS.panel}` });
  const tag = profile.name === '3.0' ? 'button' : 'div';
  make(tag, {
    name: 'chatButton',
    parent: users,
    text: 'Public chat',
    onClick: showChat,
    ...(profile.name < '2.7' ? { id: 'chat-toggle-button' } : {}),
  });
}
function showChat() {
  if (chat !== null) return;
  chat = make('div', {
    name: 'publicChat',
    style: at('left:16vw;top:0;width:25vw;height:100vh') + `background:${COLOURS.chat}`,
  });
  make('header', { name: 'chatTitle', parent: chat, text: 'Public Chat' });
  if (profile.attribute === 'data-test')
    make('button', { name: 'hidePublicChat', parent: chat, text: 'Hide', onClick: hideChat });
  messages = make('div', { name: 'chatMessages', parent: chat, style: 'height:60vh;overflow:hidden' });
  log.forEach(addMessage);
  const box = make('textarea', { id: 'message-input', parent: chat });
  box.disabled = switches.chatLocked && !SETUP.isModerator;
  box.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey) return;
    event.preventDefault();
    send(box);
  });
  make('button', { name: 'sendMessageButton', parent: chat, text: 'Send message', onClick: () => send(box) });
}
function hideChat() {
  chat?.remove();
  chat = null;
  messages = null;
}
function send(box) {
  if (box.disabled || box.value.trim() === '' || box.value.length > 5000) return;
  void tell('chat', { message: box.value });
  box.value = '';
}
function addMessage({ name, message }) {
  if (messages !== null) make('p', { parent: messages, text: `${name}: ${message}` });
}
if (asked('bbb_show_participants_on_login', profile.name === '4.0' ? 'false' : 'true') !== 'false') {
  if (profile.navigation !== 'sidebar') toggleUsers();
  if (asked('bbb_show_public_chat_on_login', 'true') !== 'false') showChat();
}
document.addEventListener('keydown', (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) void tell('shortcut', { key: event.key });
});
setInterval(() => {
  if (globalThis.pwned !== undefined) void tell('pwned');
}, 500);

// Modals, as react-modal makes them.
function modal(name, build) {
  const overlay = make('div', {
    className: 'sc-overlay ReactModal__Overlay ReactModal__Overlay--after-open',
    style: at('inset:0') + 'z-index:10;background:rgba(255,0,0,.5)',
    parent: document.body,
  });
  const content = make('div', {
    ...(name === null ? {} : { name }),
    className: 'sc-modal ReactModal__Content',
    parent: overlay,
    style: at('inset:20%') + `background:${COLOURS.modal}`,
  });
  content.setAttribute('role', 'dialog');
  build(content, () => overlay.remove());
  return overlay;
}

// Audio.
let audioModal = null;
function openAudioModal() {
  audioModal?.remove();
  audioModal = modal('audioModal', (content, close) => {
    make('button', {
      name: 'closeModal',
      parent: content,
      text: 'Close',
      onClick: () => {
        close();
        audioModal = null;
        showAudioButton('joinAudio', openAudioModal);
        void tell('audioModalClosed');
      },
    });
    if (switches.audio === 'forced' || switches.audio === 'never') connect(content);
    else if (switches.audio === 'help' && profile.hasHelpScreen) {
      make('button', { name: 'helpBackBtn', parent: content, text: 'Back' });
      make('button', {
        name: 'helpListenOnlyBtn',
        parent: content,
        text: 'Listen only',
        onClick: () => connect(content),
      });
    } else {
      const options = make('span', { name: 'audioModalOptions', parent: content });
      make('button', { name: 'microphoneBtn', parent: options, text: 'Microphone', onClick: () => tell('microphone') });
      make('button', { name: 'listenOnlyBtn', parent: options, text: 'Listen only', onClick: () => connect(content) });
    }
  });
}
let notice = null;
function connect(content) {
  content.querySelectorAll('span,button').forEach((element) => element.remove());
  make('span', { name: profile.connecting, parent: content, text: 'Connecting' });
  if (switches.audio === 'never') return;
  // The notice that a meeting is recorded lies over this modal, and the client waits for it.
  const timer = setInterval(() => {
    if (notice !== null) return;
    clearInterval(timer);
    audio = startSound();
    audio.played.then(joined, () =>
      make('div', { style: at('inset:10%') + `background:${COLOURS.modal}`, text: 'Play audio' }),
    );
  }, 300);
}
function joined() {
  audioModal?.remove();
  audioModal = null;
  showAudioButton(profile.leaveAudio, leaveAudio);
  void tell('audio', { isOn: true });
}
function leaveAudio() {
  if (audio === null) return;
  stopSound();
  showAudioButton('joinAudio', openAudioModal);
  void tell('audio', { isOn: false });
}
showAudioButton('joinAudio', openAudioModal);
if (asked('bbb_auto_join_audio', 'true') === 'true') openAudioModal();

// What lies over the picture.
if (switches.recordingNotice && profile.recordingNotice !== 'none') {
  const named = profile.recordingNotice === 'named';
  notice = modal(named ? 'recordingNotifyModal' : null, (content, close) => {
    make('p', { parent: content, text: 'This session is being recorded' });
    const onClick = () => {
      close();
      notice = null;
      void tell('noticed');
    };
    make('button', {
      ...(named ? { name: 'recordingNotifyContinue' } : {}),
      parent: content,
      text: 'Continue',
      onClick,
    });
    make('button', { parent: content, text: 'Leave', onClick: () => (location.href = logoutUrl) });
  });
}
if (
  profile.hasSessionDetails &&
  (switches.sessionDetails || asked('bbb_show_session_details_on_join', 'true') !== 'false')
) {
  modal('sessionDetailsModal', (content, close) => {
    make('button', { name: 'closeModal', parent: content, text: 'Close', onClick: close });
  });
}
if (switches.activityCheck) {
  modal(null, (content, close) => {
    make('button', {
      parent: content,
      text: 'Check',
      onClick: () => {
        close();
        void tell('active');
      },
    });
  });
}
if (switches.poll) poll();
function poll() {
  const box = make('aside', {
    name: 'pollingContainer',
    parent: document.body,
    style: at('right:0;bottom:0;width:40vw;height:40vh') + `z-index:20;background:${COLOURS.poll}`,
  });
  make('button', { name: 'pollAnswerOption', parent: box, text: 'Yes', onClick: () => tell('polled') });
}
if (switches.toast) toast();
function toast() {
  if (honoured('bbb_hide_notifications')) return;
  const tray = make('div', {
    name: 'toastContainer',
    parent: document.body,
    className: 'Toastify',
    style: at('right:2vw;top:2vh;width:20vw;height:15vh') + 'z-index:30',
  });
  make('div', { parent: tray, text: 'Somebody joined', style: `width:100%;height:100%;background:${COLOURS.toast}` });
}
let banner = null;
function setBanner(isOn) {
  banner?.remove();
  banner = isOn
    ? make('div', {
        name: 'notificationBannerBar',
        style: at('left:0;top:0;width:100vw;height:8vh') + `background:${COLOURS.toast}`,
        text: 'Reconnection in progress',
      })
    : null;
}

/** `reason`: ended, ejected. The same modal serves both. */
function over(reason) {
  if (audio !== null) stopSound();
  if (switches.skipMeetingEnded) {
    location.href = `${logoutUrl}?reason=${reason}`;
    return;
  }
  document.querySelector('#app').replaceChildren();
  const withFeedback = honoured('bbb_ask_for_feedback_on_logout');
  const name = withFeedback ? 'meetingEndedModal' : profile.endedWithoutFeedback;
  modal(name === 'meetingEndedModal' ? name : null, (content) => {
    make('h1', {
      ...(name === 'meetingEndedModal' ? {} : { name }),
      parent: content,
      text: `This session has ended (${reason})`,
    });
    make('button', { name: 'redirectButton', parent: content, text: 'OK', onClick: () => (location.href = logoutUrl) });
  });
}

const events = new EventSource(`/stand-in/events?token=${token}`);
events.addEventListener('message', ({ data }) => {
  const event = JSON.parse(data);
  if (event.kind === 'over') over(event.reason);
  else if (event.kind === 'banner') setBanner(event.isOn);
  else if (event.kind === 'toast') toast();
  else if (event.kind === 'poll') poll();
  else if (event.kind === 'leaveAudio') leaveAudio();
  else if (event.kind === 'hang') for (;;);
  else if (event.kind === 'chat') {
    log.push(event);
    addMessage(event);
  }
});
document.title = meetingName;
void tell('client');

import{makeVisit as o}from"./site.js";function t(n){for(let e of document.querySelectorAll(".feedback input[name=session]"))e instanceof HTMLInputElement&&(e.value=n.session)}t(o());

// The page on which a person consents, with its first state inside.

function page(state) {
  // In a script element nothing is escaped but what could end it.
  const json = JSON.stringify(state).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Consent</title>
<link rel="stylesheet" href="/assets/page.css">
<script src="https://connect-cdn.atl-paas.net/all.js" data-options="sizeToParent:true;hideFooter:true;margin:false"></script>
<script type="module" src="/assets/page.js"></script>
</head>
<body>
<main id="content" class="ac-content" aria-busy="true"></main>
<script type="application/json" id="state">${json}</script>
</body>
</html>
`;
}

module.exports = { page };

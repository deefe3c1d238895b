<?php
// Asks again after a 429 or 503, in the seconds of Retry-After, up to five times in all.

// Returns the status, the body and the number of tries. $prefers is for the first ones.
function ask(string $url, array $headers = [], array $prefers = []): array
{
    for ($tries = 1; ; $tries++) {
        $wait = 1;
        $prefer = isset($prefers[$tries - 1]) ? ['Prefer: ' . $prefers[$tries - 1]] : [];
        $curl = curl_init($url);
        curl_setopt_array($curl, [
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_TIMEOUT => 10,
            CURLOPT_HTTPHEADER => [...$headers, ...$prefer],
            CURLOPT_HEADERFUNCTION => function ($curl, $line) use (&$wait) {
                if (stripos($line, 'Retry-After:') === 0) $wait = (int) substr($line, 12);
                return strlen($line);
            },
        ]);
        $body = curl_exec($curl);
        if ($body === false) throw new Exception(curl_error($curl));
        $status = curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
        if (!in_array($status, [429, 503]) || $tries === 5) return [$status, $body, $tries];
        sleep($wait);
    }
}

[, $body, $tries] = ask('http://127.0.0.1:8000/api/status', [], ['code=503']);
echo json_decode($body)->message, " after $tries tries\n";

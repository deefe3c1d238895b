<?php
// Logs in, renews the ticket before it ends, and lists machines. For PHP 8 with curl (Debian:
// php-cli php-curl).
class Machines
{
    public string $ticket = '';
    public int $expires = 0;

    public function __construct(
        private string $url,
        private string $user,
        private string $password,
    ) {}

    // Returns the status and the decoded body.
    private function ask(string $path, string $header, array $more = []): array
    {
        $curl = curl_init($this->url . $path);
        curl_setopt_array($curl, $more + [
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_TIMEOUT => 10,
            CURLOPT_HTTPHEADER => [$header],
        ]);
        $body = curl_exec($curl);
        if ($body === false) throw new Exception(curl_error($curl));
        return [curl_getinfo($curl, CURLINFO_RESPONSE_CODE), json_decode($body, true)];
    }

    // $secret is the password, or a live ticket, which is renewed.
    public function logIn(string $secret): void
    {
        $body = json_encode(['username' => $this->user, 'password' => $secret]);
        $post = [CURLOPT_POSTFIELDS => $body];
        [$status, $reply] = $this->ask('/ticket', 'Content-Type: application/json', $post);
        if ($status === 401 && $secret === $this->ticket) return; // it has ended: password next
        if ($status !== 200) throw new Exception("$status: " . $reply['message']);
        $this->ticket = $reply['data']['ticket'];
        $this->expires = $reply['data']['expires'];
    }

    public function list(array $query): array
    {
        foreach ([$this->ticket, $this->password] as $secret)
            if ($secret !== '' && time() > $this->expires - 600) $this->logIn($secret);
        $path = '/info?' . http_build_query($query);
        [$status, $reply] = $this->ask($path, "X-Auth-Token: $this->ticket");
        if ($status !== 200) throw new Exception("$status: " . $reply['message']);
        return $reply['data'];
    }
}

$machines = new Machines('http://127.0.0.1:8000/api', 'user1', 'A1B2C3D4E5F6G7H8I9HD');
foreach ($machines->list(['status' => 'running', 'cpus:gte' => 32, '_sort' => '-mem']) as $machine)
    echo $machine['name'], "\n";

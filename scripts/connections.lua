-- The limit of connections an address, for lighttpd's mod_magnet; SSA_CONNECTIONS_PER_ADDRESS is the
-- limit. lighttpd asks here when a request's header is complete, its body still on the way. All
-- connections count, whatever they do at the moment.
local r = lighty.r
local address = r.req_attr["request.remote-addr"]

-- A Unix socket has no addresses: behind it is one server that speaks for all its clients.
if not address or address == "" or address:sub(1, 1) == "/" then
    return 0
end

local left = tonumber(os.getenv("SSA_CONNECTIONS_PER_ADDRESS"))
for other in lighty.server.irequests() do
    if other.req_attr["request.remote-addr"] == address then
        left = left - 1
    end
end
if left < 0 then
    r.req_item.keep_alive = 0 -- or the connection would stay
    return 403
end
return 0

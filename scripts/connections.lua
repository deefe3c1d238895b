-- Limits the connections of each client address to SSA_CONNECTIONS_PER_ADDRESS, for lighttpd's
-- mod_magnet. lighttpd runs this when the header of a request is complete, while the body may still
-- be on its way. All open connections of the address count, also the idle ones.
local r = lighty.r
local address = r.req_attr["request.remote-addr"]

-- Connections through a Unix socket have no address. They come from one front-end server, which
-- stands for all its clients, so they are not limited.
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
    r.req_item.keep_alive = 0 -- otherwise the connection would stay open
    return 403
end
return 0

-- Limits the connections of each client to SSA_CONNECTIONS_PER_ADDRESS, for lighttpd's mod_magnet.
-- lighttpd runs this when the header of a request is complete, while the body may still be on its
-- way. All open connections of the client count, also the idle ones.
local r = lighty.r
local address = r.req_attr["request.remote-addr"]

-- Connections through a Unix socket have no address. They come from one front-end server, which
-- means all its clients, which are not limited.
if not address or address == "" or address:sub(1, 1) == "/" then
    return 0
end

-- client(address): an IPv4 address, or the /64 of an IPv6 address, which is what one host or one
-- home has.
local function client(text)
    local v4 = text:match("%d+%.%d+%.%d+%.%d+$")
    if v4 or not text:find(":", 1, true) then
        return v4 or text
    end
    local head, tail = text:match("^(.-)::(.*)$")
    local groups, last = {}, {}
    for group in (head or text):gmatch("%x+") do
        groups[#groups + 1] = group
    end
    for group in (tail or ""):gmatch("%x+") do
        last[#last + 1] = group
    end
    while #groups + #last < 8 do -- what :: abbreviates
        groups[#groups + 1] = "0"
    end
    for _, group in ipairs(last) do
        groups[#groups + 1] = group
    end
    return table.concat(groups, ":", 1, 4)
end

local left = tonumber(os.getenv("SSA_CONNECTIONS_PER_ADDRESS"))
local own = client(address)
for other in lighty.server.irequests() do
    local from = other.req_attr["request.remote-addr"]
    if from == address or (from and client(from) == own) then
        left = left - 1
    end
end
if left < 0 then
    r.req_item.keep_alive = 0 -- otherwise the connection would stay open
    return 403
end
return 0

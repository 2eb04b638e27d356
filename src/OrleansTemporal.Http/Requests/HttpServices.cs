using OrleansTemporal.Health;
using OrleansTemporal.Hosting;

namespace OrleansTemporal.Requests;

/// <summary>What every request needs, resolved once per process.</summary>
internal sealed record HttpServices(OrleansTemporalHttpOptions Options, DatabaseHost Host, ResourceGuard Resources, TimeProvider Time);

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Requests;

/// <summary>Where requests wait and stream: counted apart from those that work, since they cost a connection and no thread.</summary>
/// <param name="countMax">How many may at once.</param>
/// <param name="leave">Gives back the place that a request had among those that run.</param>
internal sealed class Parking(int countMax, Action leave)
{
    private int count;

    /// <summary>Parks a request.</summary>
    internal Patience Park(ApiRequest request)
    {
        if (Interlocked.Increment(ref count) > countMax)
        {
            Interlocked.Decrement(ref count);
            throw new TemporalException(ErrorKind.Unavailable, ErrorCodes.TooBusy, "Too many requests wait or stream at once.")
            {
                Limit = countMax,
                RetryAfter = TimeSpan.FromSeconds(1),
            };
        }

        request.IsRunning = false;
        leave();
        var stopping = request.Http.RequestServices.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None;
        return new Patience(() => Interlocked.Decrement(ref count), request.Http.RequestAborted, stopping);
    }
}

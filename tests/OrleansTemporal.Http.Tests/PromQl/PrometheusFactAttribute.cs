namespace OrleansTemporal.Http.Tests.PromQl;

/// <summary>A test that needs Prometheus itself.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PrometheusFactAttribute : FactAttribute
{
    private const string Server = "/usr/bin/prometheus";

    public PrometheusFactAttribute()
    {
        if (!File.Exists(Server))
        {
            Skip = "Prometheus is not installed: apt-get install prometheus.";
        }
    }
}

using System.Net;
using Azure.Data.Tables;
using Azure.Identity;
using Orleans.Configuration;
using Orleans.Hosting;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Hosting;

/// <summary>Lets silos find each other, and remember reminders, where the settings say.</summary>
internal static class Clustering
{
    private const string Npgsql = "Npgsql";

    // Fencing makes a wrong verdict cost a takeover and nothing else, so it may come early: a silo that dies is known after
    // two or three seconds, and one other silo is enough to say so.
    private const int ProbesMissed = 2;
    private const int Votes = 1;
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromSeconds(2);

    public static void Use(ISiloBuilder silo, ClusterSettings settings)
    {
        silo.Configure<ClusterMembershipOptions>(options =>
        {
            options.ProbeTimeout = settings.ProbeTimeout;
            options.NumMissedProbesLimit = ProbesMissed;
            options.NumVotesForDeathDeclaration = Votes;
            options.TableRefreshTimeout = RefreshInterval;
        });
        if (settings.Kind == ClusterKind.Localhost)
        {
            var primary = settings.PrimaryPort is { } port ? new IPEndPoint(IPAddress.Loopback, port) : null;
            silo.UseLocalhostClustering(settings.SiloPort, settings.GatewayPort, primary, settings.ServiceId, settings.ClusterId);
            return;
        }

        silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (settings.ClusterId, settings.ServiceId));
        silo.ConfigureEndpoints(settings.FindAddress()!, settings.SiloPort, settings.GatewayPort);
        if (settings.Kind == ClusterKind.Azure)
        {
            UseTables(silo, settings.Azure);
        }
        else
        {
            UsePostgres(silo, settings.Postgres.ConnectionString!);
        }
    }

    private static void UseTables(ISiloBuilder silo, ClusterTableSettings settings)
    {
        var tables = TablesOf(settings);
        silo.UseAzureStorageClustering(options => options.TableServiceClient = tables);
        silo.UseAzureTableReminderService(options => options.TableServiceClient = tables);
    }

    private static TableServiceClient TablesOf(ClusterTableSettings settings)
    {
        if (settings.ServiceUri is { Length: > 0 } address)
        {
            return new TableServiceClient(
                new Uri(address), new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = settings.ManagedIdentityClientId }));
        }

        try
        {
            return new TableServiceClient(settings.ConnectionString);
        }
        catch (Exception malformed) when (malformed is FormatException or ArgumentException or InvalidOperationException)
        {
            throw new TemporalException(
                ErrorKind.Invalid,
                ErrorCodes.InvalidField,
                $"The setting {ClusterSettings.SectionName}:Azure:ConnectionString is none of a storage account with tables: {malformed.Message}",
                malformed);
        }
    }

    private static void UsePostgres(ISiloBuilder silo, string connectionString)
    {
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(new PostgresTables(connectionString));
        silo.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = (Npgsql, connectionString));
        silo.UseAdoNetReminderService(options => (options.Invariant, options.ConnectionString) = (Npgsql, connectionString));
    }
}

@description('Azure region.')
param location string

@description('Prefix of the names.')
param name string

@description('Image of OrleansTemporal.Silo, with its registry and tag.')
param image string

@description('Registry of the image.')
param registryServer string

@description('Identity that silos sign in as, and pull the image with.')
param identityId string

@description('Client id of that identity.')
param identityClientId string

@description('Name of the Log Analytics workspace.')
param workspaceName string

@description('Settings of every silo.')
param settings { name: string, value: string }[]

@description('Silos, each an app of its own: replicas of one app can not be told apart by their cluster.')
param siloCount int

var port = 8080

resource logs 'Microsoft.OperationalInsights/workspaces@2023-09-01' existing = {
  name: workspaceName
}

resource environment 'Microsoft.App/managedEnvironments@2024-03-01' = {
  name: '${name}-env'
  location: location
  properties: {
    appLogsConfiguration: {
      destination: 'log-analytics'
      logAnalyticsConfiguration: {
        customerId: logs.properties.customerId
        sharedKey: logs.listKeys().primarySharedKey
      }
    }
  }
}

resource silos 'Microsoft.App/containerApps@2024-03-01' = [
  for number in range(0, siloCount): {
    name: '${name}-silo-${number}'
    location: location
    identity: {
      type: 'UserAssigned'
      userAssignedIdentities: {
        '${identityId}': {}
      }
    }
    properties: {
      environmentId: environment.id
      configuration: {
        activeRevisionsMode: 'Single'
        registries: [
          {
            server: registryServer
            identity: identityId
          }
        ]
        ingress: {
          // Internal only: there is no authentication, so nothing outside the environment may reach it.
          external: false
          targetPort: port
          transport: 'auto'
        }
      }
      template: {
        // Long enough to drain every agent.
        terminationGracePeriodSeconds: 120
        containers: [
          {
            name: 'silo'
            image: image
            resources: {
              cpu: json('2.0')
              memory: '4Gi'
            }
            env: concat(settings, [
              {
                name: 'ASPNETCORE_URLS'
                value: 'http://0.0.0.0:${port}'
              }
              {
                name: 'OrleansTemporal__Storage__Azure__ManagedIdentityClientId'
                value: identityClientId
              }
              {
                name: 'OrleansTemporal__Cluster__Azure__ManagedIdentityClientId'
                value: identityClientId
              }
            ])
            probes: [
              {
                type: 'Liveness'
                httpGet: {
                  path: '/health/live'
                  port: port
                }
                periodSeconds: 10
              }
              {
                type: 'Readiness'
                httpGet: {
                  path: '/health/ready'
                  port: port
                }
                periodSeconds: 5
              }
            ]
          }
        ]
        scale: {
          minReplicas: 1
          maxReplicas: 1
        }
      }
    }
  }
]

output fqdns string[] = [for number in range(0, siloCount): silos[number].properties.configuration.ingress.fqdn]
